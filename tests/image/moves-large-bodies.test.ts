// Uploads reach the app in whole, or as they come; files are sent by nginx when the app says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onceInTime } from '../support/deadline.ts';
import { serve } from './support/container.ts';
import { get, open, readToEnd } from './support/raw.ts';

test('NGINX_STREAM_UPLOADS: there the app sees a body begin before it has ended; elsewhere only in whole', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    environment: { NGINX_STREAM_UPLOADS: '/upload', NGINX_MAX_UPLOAD: '2m', WORKERS: '1' },
  });
  const streamed = await open(container);
  streamed.write('POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfive.');
  await container.printed(/the body begins/);
  streamed.write('more.');
  assert.match(String(await readToEnd(streamed)), /\r\n\r\n10$/);

  const large = await container.get('/upload', { method: 'POST', body: Buffer.alloc(2 * 1024 ** 2) });
  assert.equal(await large.text(), String(2 * 1024 ** 2));
  assert.equal((await container.get('/upload', { method: 'POST', body: Buffer.alloc(2 * 1024 ** 2 + 1) })).status, 413);

  // Below another path nginx waits for the end: the app is asked once, for all of it.
  const whole = await open(container);
  whole.write('POST /say HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfive.');
  await get(container, '/say'); // a later request is answered meanwhile
  whole.write('more.');
  const [answer] = await onceInTime(whole, 'data', 'the response');
  assert.match(String(answer), /^HTTP\/1\.1 200 /);
  whole.destroy();
});

test('a body of 128 kB waits in memory where there is enough of it, a larger one in a file', async (t) => {
  // At that level nginx says that it writes one; with so few connections any memory is enough for 128 kB.
  const environment = { LOG_LEVEL: 'debug', WORKERS: '1', NGINX_WORKER_CONNECTIONS: '512' };
  const container = await serve(t, { app: 'parrot', environment });
  const send = async (id: string, bytes: number) => {
    const sent = { method: 'POST', headers: { 'X-Request-Id': id }, body: Buffer.alloc(bytes) };
    assert.equal(await (await container.get('/upload', sent)).text(), String(bytes));
    await container.printed(new RegExp(`"id":"${id}"`));
  };
  const files = () => container.output.split('a client request body is buffered to a temporary file').length - 1;
  await send('in-memory', 128 * 1024);
  assert.equal(files(), 0);
  await send('in-a-file', 256 * 1024);
  await container.printed(/a client request body is buffered to a temporary file/);
  assert.equal(files(), 1);
});

test('NGINX_PRIVATE_PATH: a file is sent when the app says so, and to nobody who asks for it', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    files: { '/data/invoices/7.txt': 'invoice 7', '/secret.txt': 'no invoice' },
    environment: { NGINX_PRIVATE_PATH: '/data/invoices', WORKERS: '1' },
  });
  const sent = await get(container, '/say?header=X-Accel-Redirect:/_private/7.txt&header=Cache-Control:private');
  assert.equal(sent.status, 200);
  assert.equal(sent.body, 'invoice 7');
  assert.equal(sent.headers['cache-control'], 'private');
  assert.equal(sent.headers['x-accel-redirect'], undefined);
  const part = await get(container, '/say?header=X-Accel-Redirect:/_private/7.txt', { range: 'bytes=8-' });
  assert.deepEqual([part.status, part.body], [206, '7']);
  for (const path of ['/_private/7.txt', '/_private/../secret.txt', '/_private../secret.txt', '/%5fprivate/7.txt']) {
    assert.doesNotMatch((await get(container, path)).body, /invoice/, path);
  }
  const out = await get(container, '/say?header=X-Accel-Redirect:/_private/../../secret.txt');
  assert.doesNotMatch(out.body, /no invoice/);
});
