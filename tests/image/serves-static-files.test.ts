// Files in the static folder are answered by nginx; the app gets the rest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { type Container, serve } from './support/container.ts';
import { get } from './support/raw.ts';

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
    assert.doesNotMatch((await get(container, way)).body, /not in the folder/, way);
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

test('/app/public by itself: kept for ever by a name with a hash, asked again by others; compressed, in parts, and no secrets', async (t) => {
  const script = '// a script that is worth compressing\n'.repeat(100);
  const container = await serve(t, {
    app: 'parrot',
    environment: { WORKERS: '1' },
    files: {
      '/app/public/main.3f9a0c1d.js': script,
      '/app/public/assets/index-DiwrgT4a.css': 'a{}'.repeat(500),
      '/app/public/app.js': script,
      '/app/public/before.js': 'the original',
      '/app/public/docs/index.html': 'the docs',
      '/app/public/.well-known/security.txt': 'a contact',
      '/app/public/.well-known/.secret': 'SECRET',
      '/app/public/.git/config': 'SECRET',
      '/app/secret.txt': 'SECRET',
    },
  });
  const headersOf = async (path: string, headers = {}) => (await container.get(path, { headers })).headers;
  const forEver = 'public, max-age=31536000, immutable';
  assert.equal((await headersOf('/main.3f9a0c1d.js')).get('cache-control'), forEver);
  assert.equal((await headersOf('/assets/index-DiwrgT4a.css')).get('cache-control'), forEver);
  assert.equal((await headersOf('/app.js')).get('cache-control'), 'no-cache');
  assert.match((await headersOf('/app.js')).get('content-type') ?? '', /javascript; charset=utf-8$/);
  // The app's own answers are the app's.
  assert.equal((await headersOf('/say')).get('cache-control'), null);

  const { status } = await container.get('/app.js', {
    headers: { 'if-none-match': (await headersOf('/app.js')).get('etag') ?? '' },
  });
  assert.equal(status, 304);
  for (const encoding of ['br', 'gzip']) {
    const compressed = await container.get('/app.js', { headers: { 'accept-encoding': encoding } });
    assert.equal(compressed.headers.get('content-encoding'), encoding);
    assert.equal(compressed.headers.get('vary'), 'Accept-Encoding');
    assert.equal(await compressed.text(), script);
  }
  assert.equal((await headersOf('/app.js', { 'accept-encoding': 'br, gzip' })).get('content-encoding'), 'br');
  const part = await container.get('/before.js', { headers: { range: 'bytes=4-' } });
  assert.equal(`${part.status} ${await part.text()}`, '206 original');
  assert.equal(await text(container, '/docs/'), '200 the docs');
  assert.equal((await container.get('/app.js', { method: 'POST' })).status, 404);
  assert.equal((await container.get('/app.js', { method: 'HEAD' })).status, 200);

  assert.equal(await text(container, '/.well-known/security.txt'), '200 a contact');
  for (const way of [
    '/.git/config',
    '/.well-known/.secret',
    '/%2egit/config',
    '/.git%2fconfig',
    '//.git/config',
    '/docs/../../secret.txt',
    '/docs/..%2f..%2fsecret.txt',
    '/docs/%2e%2e/%2e%2e/secret.txt',
    '/..%252fsecret.txt',
    '/docs../secret.txt',
  ]) {
    assert.doesNotMatch((await get(container, way)).body, /SECRET/, way);
  }
});

test('text of every kind is compressed, whoever sends it; what is compressed already is not', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    environment: { WORKERS: '1' },
    files: { '/app/public/map.geojson': '{}'.repeat(2000), '/app/public/logo.svg': '<svg/>'.repeat(500) },
  });
  const encodingOf = async (path: string, encoding: string) => {
    const response = await container.get(path, { headers: { 'accept-encoding': encoding } });
    await response.arrayBuffer();
    return response.headers.get('content-encoding');
  };
  const types = `text/csv text/calendar text/markdown text/html;charset=utf-8 text/vtt application/vnd.api+json
    application/graphql-response+json application/x-ndjson application/geo+json application/problem+json
    application/activity+json application/ld+json application/atom+xml application/vnd.google-earth.kml+xml
    application/yaml application/jsonl application/wasm application/json image/svg+xml font/ttf`;
  for (const type of types.split(/\s+/)) {
    const path = `/say?header=content-type:${encodeURIComponent(type)}&body=${'x'.repeat(4000)}`;
    assert.equal(await encodingOf(path, 'br'), 'br', type);
    assert.equal(await encodingOf(path, 'gzip'), 'gzip', type);
  }
  for (const type of ['image/png', 'font/woff2', 'application/zip', 'application/octet-stream', 'text/event-stream']) {
    const path = `/say?header=content-type:${encodeURIComponent(type)}&body=${'x'.repeat(4000)}`;
    assert.equal(await encodingOf(path, 'br, gzip'), null, type);
  }
  for (const path of ['/map.geojson', '/logo.svg']) assert.equal(await encodingOf(path, 'br'), 'br', path);
});

test('a folder’s page is at its URL with a slash, where its relative links lead to its own files', async (t) => {
  const pages = {
    '/app/public/docs/index.html': 'the docs',
    '/app/public/docs/deep er/index.html': 'deeper',
    '/app/public/images/logo.svg': '<svg/>',
    '/app/public/index.html': 'the root',
  };
  const cases: [environment: Record<string, string>, url: string][] = [
    [{}, ''],
    [{ BASE_PATH: '/shop' }, '/shop'],
    [{ STATIC_URL: '/static' }, '/static'],
    [{ STATIC_URL: '/static', BASE_PATH: '/shop' }, '/shop/static'],
    [{ STATIC_INDEX: 'on' }, ''],
  ];
  for (const [environment, url] of cases) {
    const container = await serve(t, { app: 'parrot', files: pages, environment: { WORKERS: '1', ...environment } });
    const redirect = async (path: string, method = 'GET') => {
      const { status, headers } = await container.get(path, { method, redirect: 'manual' });
      return `${status} ${headers.get('location')}`;
    };
    assert.equal(await redirect(`${url}/docs`), `301 ${url}/docs/`);
    assert.equal(await redirect(`${url}/docs?a=b%20c&d`), `301 ${url}/docs/?a=b%20c&d`);
    assert.equal(await redirect(`${url}/docs/deep%20er`, 'HEAD'), `301 ${url}/docs/deep%20er/`);
    assert.equal((await container.get(`${url}/docs`, { redirect: 'manual' })).headers.get('cache-control'), 'no-cache');
    assert.equal(await text(container, `${url}/docs/`), '200 the docs');
    if (url !== '') assert.match(await redirect(url), new RegExp(`^30[18] ${url}/$`));
    // Not one of another site, whatever is asked for.
    assert.equal((await get(container, `${url}//docs`)).headers.location, `${url}/docs/`);
    assert.doesNotMatch((await get(container, `${url}/docs%0d%0aX-Evil:%20yes`)).headers['x-evil'] ?? '', /yes/);
    // A folder without a page, and another method, are for the app.
    assert.equal(await text(container, `${url}/images`), `404 the app knows no ${url.replace('/shop', '')}/images`);
    assert.equal((await container.get(`${url}/docs`, { method: 'POST', redirect: 'manual' })).status, 404);
  }
});

test('links lead within the folder only; a file that is replaced is the new one; what was compressed beforehand is sent', async (t) => {
  // All of it belongs to one user, so that ownership alone would let every link pass.
  const prepare = `cd /site && mkdir real && echo within > real/file.txt
mkdir /tmp/elsewhere && echo SECRET > /tmp/elsewhere/file.txt
ln -s real/file.txt inside.txt && ln -s real folder
ln -s /tmp/elsewhere/file.txt outside.txt && ln -s /tmp/elsewhere outside
printf original > before.js && printf beforehand | gzip > before.js.gz
`;
  const container = await serve(t, {
    app: 'parrot',
    files: { '/app/prestart.sh': prepare },
    tmpfs: { '/site': 'mode=0777' },
    environment: { WORKERS: '1', STATIC_PATH: '/site' },
  });
  for (const way of ['/real/file.txt', '/inside.txt', '/folder/file.txt']) {
    assert.equal(await text(container, way), '200 within\n');
  }
  assert.equal(await text(container, '/before.js', { 'accept-encoding': 'gzip' }), '200 beforehand');
  assert.equal(await text(container, '/before.js', { 'accept-encoding': 'identity' }), '200 original');
  for (const way of ['/outside.txt', '/outside/file.txt', '/outside/', '/%6futside.txt', '/outside%2ffile.txt']) {
    assert.equal((await get(container, way)).status, 404, way);
  }
  // Made while the server runs, by the user that the app runs as: not to what belongs to another.
  await container.exec('sh', '-c', 'ln -s /etc/passwd /site/late.txt');
  assert.notEqual((await get(container, '/late.txt')).status, 200);

  await container.exec('sh', '-c', 'echo replaced > /site/new && mv /site/new /site/real/file.txt');
  // What was open is looked at again after a second.
  const look = () => text(container, '/real/file.txt');
  await until('the new file', look, (seen) => seen === '200 replaced\n', { withinMs: 10_000 });
});

test('STATIC_PATH=/app: what makes up the app is not served, and the log says so', async (t) => {
  const hidden = {
    '/app/package.json': '{"main":"main.mjs"}',
    '/app/package-lock.json': 'HIDDEN',
    '/app/main.mjs': app,
    '/app/client.js.map': 'HIDDEN',
    '/app/tsconfig.json': 'HIDDEN',
    '/app/Dockerfile': 'HIDDEN',
    '/app/compose.yaml': 'HIDDEN',
    '/app/pnpm-lock.yaml': 'HIDDEN',
    '/app/lib/util.ts': 'HIDDEN',
    '/app/node_modules/x/readme.txt': 'HIDDEN',
    '/app/key.PEM': 'HIDDEN',
  };
  const container = await serve(t, {
    files: { ...hidden, '/app/logo.svg': '<svg/>' },
    environment: { STATIC_PATH: '/app' },
  });
  assert.equal(await text(container, '/logo.svg'), '200 <svg/>');
  for (const path of Object.keys(hidden)) {
    const url = path.replace('/app', '');
    assert.equal(await text(container, url), `404 nothing at ${url}`);
  }
  await container.printed(/warning: STATIC_PATH=\/app is a folder with a package\.json/);
});

async function text(container: Container, path: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await container.get(path, { headers });
  return `${response.status} ${await response.text()}`;
}
