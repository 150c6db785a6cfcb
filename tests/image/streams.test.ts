// A streamed response arrives piece by piece, compressed as it is, by whatever means the app writes it; any other one is taken by nginx in whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onceInTime } from '../support/deadline.ts';
import { serve } from './support/container.ts';
import { open, readToEnd } from './support/raw.ts';

/** Each app answers / with "first" at once, and with "second" when /go was asked. */
const apps: Record<string, Record<string, string>> = {
  'write() of node:http': {
    '/app/main.cjs': `
let go;
require('node:http').createServer((req, res) => {
  if (req.url === '/go') { go.end('second'); return res.end(); }
  go = res; res.setHeader('content-type', 'text/html'); res.write('first');
}).listen(3000);`,
  },
  'server-sent events': {
    '/app/main.cjs': `
let go;
require('node:http').createServer((req, res) => {
  if (req.url === '/go') { go.end('second'); return res.end(); }
  go = res; res.writeHead(200, { 'content-type': 'text/event-stream' }); res.write('first');
}).listen(3000);`,
  },
  'a stream that Fastify sends': {
    '/app/main.mjs': `
import { PassThrough } from 'node:stream';
const stream = new PassThrough();
export default async (app) => {
  app.get('/', (request, reply) => { stream.write('first'); reply.type('text/plain').send(stream); });
  app.get('/go', async () => { stream.end('second'); return ''; });
};`,
  },
  'a web-standard ReadableStream': {
    '/app/main.mjs': `
let controller;
export default {
  fetch(request) {
    if (new URL(request.url).pathname === '/go') {
      controller.enqueue('second'); controller.close();
      return new Response('');
    }
    return new Response(new ReadableStream({ start(c) { controller = c; c.enqueue('first'); } }).pipeThrough(new TextEncoderStream()), { headers: { 'content-type': 'text/html' } });
  },
};`,
  },
};

for (const [what, files] of Object.entries(apps)) {
  test(`the first piece is there before the last one is written: ${what}`, async (t) => {
    const container = await serve(t, { files, environment: { WORKERS: '1' } });
    const response = await container.get('/', { headers: { 'accept-encoding': 'gzip' } });
    const isCompressed = what !== 'server-sent events';
    assert.equal(response.headers.get('content-encoding'), isCompressed ? 'gzip' : null);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, 'first');
    await container.get('/go');
    assert.equal((await reader?.read())?.value, 'second');
    assert.equal(response.headers.get('x-accel-buffering'), null);
  });
}

test('a response of known length is not streamed: nginx takes it from the worker at once', async (t) => {
  const files = {
    '/app/main.cjs': `
require('node:http').createServer((req, res) => {
  res.on('close', () => console.log('worker is done'));
  res.end(Buffer.alloc(100_000, 'x'));
}).listen(3000);`,
  };
  const container = await serve(t, { files, environment: { WORKERS: '1' } });
  const response = await container.get('/'); // whose body is not read yet
  await container.printed(/worker is done/);
  assert.equal((await response.text()).length, 100_000);
});

test('informational responses of the app (102, 103, 100 unasked) delay nothing, and a client that asks for 100 gets it', async (t) => {
  const files = {
    '/app/main.cjs': `
require('node:http').createServer(async (request, response) => {
  response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
  response.writeProcessing();
  response.writeContinue();
  response.socket.write('HTTP/1.1 103 Early Hints\\r\\nLink: </a.js>; rel=preload\\r\\n\\r\\n');
  const body = Buffer.concat(await request.toArray());
  response.end('the answer to ' + body.length);
}).listen(3000);`,
  };
  for (const environment of [{}, { NGINX_STREAM_UPLOADS: '/upload' }] as Record<string, string>[]) {
    const container = await serve(t, { files, environment: { WORKERS: '1', ...environment } });
    const answer = await container.get('/');
    assert.equal(`${answer.status} ${await answer.text()}`, '200 the answer to 0');
    const socket = await open(container);
    socket.write(
      'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
    );
    const all = readToEnd(socket);
    await onceInTime(socket, 'data');
    socket.write('12345');
    assert.match(
      String(await all),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nthe answer to 5$/,
    );
  }
});
