// Run with `npm test`. No server and no container: Fastify answers injected requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import app from '../main.js';
test('greets by name', async () => {
    const server = fastify();
    server.register(app);
    const response = await server.inject('/api/hello?name=Ada');
    assert.equal(response.statusCode, 200);
    assert.deepEqual(response.json(), { hello: 'Ada', worker: 0 });
});
test('refuses an empty name', async () => {
    const server = fastify();
    server.register(app);
    const response = await server.inject('/api/hello?name=');
    assert.equal(response.statusCode, 400);
});
