// A streamed response arrives piece by piece, compressed as it is, by whatever means the app writes it; any other one is taken by nginx in whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';

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
