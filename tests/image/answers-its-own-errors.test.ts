// What nginx refuses or cannot get from the app, it answers itself: with the right code, small, with the request's id. What the
// app answers is never replaced.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serve } from './support/container.ts';
import { amount } from './support/long.ts';
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
      const { reason, ...others } = json;
      assert.equal(reason, status === 504 ? 'timeout' : undefined);
      assert.deepEqual({ ...others, requestId: '' }, { status, error, requestId: '' });
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

  test('a 502 says in the page and in the log whether the app refused, closed the connection, or sent a head that is too large', async (t) => {
    const container = await serve(t, {
      app: 'parrot',
      environment: { WORKERS: '1', NGINX_MAX_HEADER: '64k' },
      files: {
        '/app/nginx/server.d/other.conf': 'location /other/ { proxy_pass http://127.0.0.1:1; }\n',
      },
    });
    const cases: [path: string, reason: string, error: string, page: RegExp][] = [
      ['/hang-up', 'closed', 'The app does not answer', /It closed the connection without a response/],
      ['/half', 'invalid', 'The app sent an invalid response', /<h1>The app sent an invalid response/],
      [
        '/head?bytes=70000',
        'too-large',
        "The app's response headers are too large",
        /headers are too large<\/h1><p><small>/,
      ],
      ['/other/', 'other-upstream', 'Bad gateway', /<h1>Bad gateway<\/h1><p><small>502/],
    ];
    for (const [path, reason, error, page] of cases) {
      const json = await get(container, path);
      assert.deepEqual({ ...JSON.parse(json.body), requestId: '' }, { status: 502, error, reason, requestId: '' });
      assert.match((await get(container, path, { accept: 'text/html' })).body, page);
      await container.printed(new RegExp(`"path":"${path.split('?')[0]}","status":502,.*"failure":"${reason}"`));
    }
    // nginx's own words, with the request.
    await container.printed(/\[error\] .*upstream sent too big header .*request: "GET \/head\?bytes=70000/);
    const own = await get(container, '/say?status=502&body=of-the-app');
    assert.equal(own.body, 'of-the-app');
    await container.printed(/"path":"\/say","status":502,.*"failure":""/);

    await container.exec('sh', '-c', 'rm /run/cluster/slot-0.sock /run/cluster/waiting.sock');
    const refused = await get(container, '/say');
    assert.equal(JSON.parse(refused.body).reason, 'refused');
    assert.match((await get(container, '/', { accept: 'text/html' })).body, /It does not accept connections/);
  });

  test('ERROR_PAGES: a page for a code, for all of a kind and for maintenance; JSON stays JSON, and the app’s own errors its own', async (t) => {
    const container = await serve(t, {
      app: 'parrot',
      environment: { WORKERS: '1', ERROR_PAGES: '/app/pages', BASE_PATH: '/shop', REQUEST_TIMEOUT: '1s' },
      files: {
        '/app/pages/404.html': 'my 404',
        '/app/pages/50x.html': 'my 50x <b>é</b>',
        '/app/pages/4xx.html': 'my 4xx',
        '/app/pages/maintenance.html': 'my maintenance',
        '/app/pages/secret.txt': 'SECRET',
      },
      readyPath: '/healthz',
    });
    const page = { accept: 'text/html,*/*;q=0.8' };
    const wanted: [status: number, path: string, body: string][] = [
      [404, '/elsewhere', 'my 404'],
      [504, '/shop/silent', 'my 50x <b>é</b>'],
      [502, '/shop/hang-up', 'my 50x <b>é</b>'],
    ];
    for (const [status, path, body] of wanted) {
      const answer = await get(container, path, page);
      assert.equal(`${answer.status} ${answer.body}`, `${status} ${body}`);
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(answer.headers['x-frame-options'], 'SAMEORIGIN');
      assert.equal(JSON.parse((await get(container, path)).body).status, status);
    }
    const tooLarge = 'POST /shop/upload HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nContent-Length: 99999999\r\n\r\n';
    assert.equal((await send(container, tooLarge)).body, 'my 4xx');
    for (const status of [404, 500, 502, 503]) {
      const own = await get(container, `/shop/say?status=${status}&body=of-the-app`, page);
      assert.equal(`${own.status} ${own.body}`, `${status} of-the-app`);
    }
    for (const path of ['/.error/pages/404.html', '/.error/pages/secret.txt', '/shop/.error/pages/secret.txt']) {
      assert.doesNotMatch((await get(container, path)).body, /SECRET|^my 404$/);
    }
    assert.equal((await container.exec('cluster', 'maintenance', 'on')).exitCode, 0);
    assert.equal((await get(container, '/shop/say', page)).body, 'my maintenance');
  });

  test('an app that responds with a head of 20 kB is heard', async (t) => {
    const container = await serve(t, { app: 'parrot', environment: { WORKERS: '1' } });
    assert.equal((await get(container, '/head?bytes=20000')).headers['x-large']?.length, 20_000);
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

  test('what the others lose is let through: a cookie of 4 kB, a head of 28 kB, a late answer', async (t) => {
    const container = await serve(t, { app: 'parrot', environment: { REQUEST_TIMEOUT: '2m', WORKERS: '1' } });
    // 60 s is the limit of others.
    const late = container.get(`/say?ms=${amount(10_000, 61_000)}&body=late`);
    const cookie = (await (await container.get('/who', { headers: { cookie: 'c'.repeat(4096) } })).json()) as {
      headers: Record<string, string>;
    };
    assert.equal(cookie.headers.cookie?.length, 4096);
    const large = await get(container, '/who', { cookie: 'c'.repeat(14_000), authorization: 'a'.repeat(14_000) });
    assert.equal(large.status, 200);
    assert.equal(JSON.parse(large.body).headers.authorization.length, 14_000);
    assert.equal(await (await late).text(), 'late');
  });
});
