// The image alone serves a page that says what it is and how to put one's own app in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.js';
test('the bare image shows the two lines that put an app in', async (t) => {
    const container = await serve(t);
    const response = await container.get('/');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /text\/html/);
    const page = await response.text();
    assert.match(page, /FROM node-nginx-fastify:26/);
    assert.match(page, /COPY \. \/app/);
});
test('an app that is copied in takes the place of the welcome page', async (t) => {
    const container = await serve(t, { app: 'workshop' });
    assert.equal((await container.get('/')).status, 404);
    assert.equal((await container.get('/worker')).status, 200);
});
