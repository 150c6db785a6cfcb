// Files in the static folder are answered by nginx; the app gets the rest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, serve } from './support/container.ts';

const app = `export default async function app(app) {
  app.get('/api/hello', async () => ({ hello: 'world' }));
  app.get('/page', async (request, reply) => reply.type('text/html').send('a page of the app'));
  app.setNotFoundHandler((request, reply) => reply.code(404).send('nothing at ' + request.url));
}
`;
const files = {
  '/app/main.mjs': app,
  '/app/files/index.html': 'the single page',
  '/app/files/app.js': 'the script',
  '/app/files/.env': 'SECRET=1',
  '/app/secret.txt': 'not in the folder',
};
const navigation = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('STATIC_PATH and STATIC_URL: its files there, everything else from the app', async (t) => {
  const container = await serve(t, { files, environment: { STATIC_PATH: '/app/files/', STATIC_URL: '/static/' } });
  assert.equal(await text(container, '/static/app.js'), '200 the script');
  assert.equal(await text(container, '/static/'), '200 the single page');
  assert.equal(await text(container, '/api/hello'), '200 {"hello":"world"}');
  assert.equal(await text(container, '/static/none.js'), '404 nothing at /static/none.js');
  assert.equal(await text(container, '/app.js'), '404 nothing at /app.js');
  assert.equal(await text(container, '/static/.env'), '404 nothing at /static/.env');
  for (const way of [
    '/static../secret.txt',
    '/static/../secret.txt',
    '/static/%2e%2e/secret.txt',
    '/static/..%2fsecret.txt',
  ]) {
    assert.doesNotMatch(await raw(container, way), /not in the folder/, way);
  }
});

test('STATIC_INDEX: a page that nobody knows is the single page; a missing file, and what the app knows, are not', async (t) => {
  const container = await serve(t, { files, environment: { STATIC_PATH: '/app/files', STATIC_INDEX: '1' } });
  assert.equal(await text(container, '/'), '200 the single page');
  assert.equal(await text(container, '/deep/link?x=1', navigation), '200 the single page');
  assert.equal((await container.get('/deep/link', { headers: navigation })).headers.get('cache-control'), 'no-cache');
  assert.equal(await text(container, '/page', navigation), '200 a page of the app');
  assert.equal(await text(container, '/api/hello', navigation), '200 {"hello":"world"}');
  assert.equal(await text(container, '/none.js', { accept: '*/*' }), '404 nothing at /none.js');
  assert.equal(await text(container, '/api/none', { accept: 'application/json' }), '404 nothing at /api/none');
});

test('STATIC_INDEX below STATIC_URL', async (t) => {
  const environment = { STATIC_PATH: '/app/files', STATIC_URL: '/static', STATIC_INDEX: 'on' };
  const container = await serve(t, { files, environment });
  assert.equal(await text(container, '/', navigation), '200 the single page');
  assert.equal(await text(container, '/static/app.js'), '200 the script');
  assert.equal(await text(container, '/page', navigation), '200 a page of the app');
});

async function text(container: Container, path: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await container.get(path, { headers });
  return `${response.status} ${await response.text()}`;
}

/** fetch() would resolve `..` itself. @returns the whole answer */
async function raw(container: Container, path: string): Promise<string> {
  const { connect } = await import('node:net');
  const { hostname, port } = new URL(container.url('/'));
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`);
  return Buffer.concat(await socket.toArray()).toString();
}
