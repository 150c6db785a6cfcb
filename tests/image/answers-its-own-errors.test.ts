// What nginx refuses or cannot get from the app, it answers itself: with the right code, small, with the request's id. What the
// app answers is never replaced.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serve } from './support/container.ts';
import { get, open, readToEnd, send } from './support/raw.ts';

// Side by side: one of them waits for more than a minute.
describe('errors and limits', { concurrency: true }, () => {
  test('each with its own code, as JSON or HTML, whatever the client asks for, and never the app’s own error replaced', async (t) => {
    const environment = {
      NGINX_MAX_UPLOAD: '1k',
      NGINX_CLIENT_TIMEOUT: '1s',
      REQUEST_TIMEOUT: '2s',
      WORKERS: '1',
      STATIC_URL: '/static',
    };
    const files = { '/app/public/file.txt': 'a file' };
    const container = await serve(t, { app: 'parrot', files, environment });
    const tooLong = `/${'a'.repeat(20_000)}`;
    const tooLarge = { cookie: 'c'.repeat(20_000) };

    const refused: [status: number, error: string, answer: () => Promise<{ status: number; body: string }>][] = [
      [400, 'Bad request', () => send(container, 'GET / HTTP/1.1\r\n\r\n')],
      [400, 'Bad request', () => send(container, 'this is no HTTP\r\n\r\n')],
      [400, 'Bad request', () => send(container, 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n')],
      [400, 'Bad request', () => send(container, 'GET / HTTP/9.9\r\nHost: a\r\n\r\n')],
      [400, 'Bad request', () => send(container, 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n')],
      [404, 'Not found', () => get(container, '/.error/json')],
      [413, 'Too large', () => send(container, `POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n`)],
      [414, 'URL too long', () => get(container, tooLong)],
      [416, 'No such range', () => get(container, '/static/file.txt', { range: 'bytes=99-' })],
      [431, 'Request headers too large', () => get(container, '/say', tooLarge)],
      [504, 'The app did not answer in time', () => get(container, '/silent')],
    ];
    for (const [status, error, answer] of refused) {
      const { status: found, body } = await answer();
      const json = JSON.parse(body);
      assert.equal(found, status, body);
      assert.deepEqual({ ...json, requestId: '' }, { status, error, requestId: '' });
      await container.printed(new RegExp(`"id":"${RegExp.escape(json.requestId)}".*"status":${status}`));
    }

    const page = await get(container, '/silent', { accept: 'text/html,*/*;q=0.8', 'x-request-id': 'my-own-id.7' });
    assert.equal(page.status, 504);
    assert.equal(page.headers['content-type'], 'text/html');
    assert.match(page.body, /^<!doctype html>.*<h1>The app did not answer in time<\/h1>.*my-own-id\.7/);
    assert.doesNotMatch(page.body, /nginx/i);
    assert.equal(page.headers['x-request-id'], 'my-own-id.7');

    // What the app says about an error is its own.
    for (const status of [400, 404, 413, 429, 500, 502, 503, 504]) {
      const own = await get(container, `/say?status=${status}&body=of-the-app`, { accept: 'text/html' });
      assert.equal(own.status, status);
      assert.equal(own.body, 'of-the-app');
      assert.equal(own.headers['retry-after'], undefined);
    }

    const gone = await get(container, '/die');
    assert.equal(gone.status, 502);
    assert.equal(JSON.parse(gone.body).error, 'The app does not answer');
  });

  test('a client that sends too slowly is cut off, in the head and in the body, and the app never hears of it', async (t) => {
    const container = await serve(t, { app: 'parrot', environment: { NGINX_CLIENT_TIMEOUT: '1s' } });
    const head = await open(container);
    head.write('GET /slow-head HTTP/1.1\r\nHost: a\r\n');
    assert.equal(String(await readToEnd(head)), '');
    const body = await open(container);
    body.write('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfive.');
    assert.equal(String(await readToEnd(body)), '');
    await container.printed(/"path":"\/upload","status":408,.*"slot":null/);
  });

  test('what the others lose is let through: a cookie of 4 kB, a head of 28 kB, an answer after a minute', async (t) => {
    const container = await serve(t, { app: 'parrot', environment: { REQUEST_TIMEOUT: '2m', WORKERS: '1' } });
    const late = container.get('/say?ms=61000&body=after-a-minute');
    const cookie = (await (await container.get('/who', { headers: { cookie: 'c'.repeat(4096) } })).json()) as {
      headers: Record<string, string>;
    };
    assert.equal(cookie.headers.cookie?.length, 4096);
    const large = await get(container, '/who', { cookie: 'c'.repeat(14_000), authorization: 'a'.repeat(14_000) });
    assert.equal(large.status, 200);
    assert.equal(JSON.parse(large.body).headers.authorization.length, 14_000);
    assert.equal(await (await late).text(), 'after-a-minute');
  });
});
