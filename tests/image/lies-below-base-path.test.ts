// BASE_PATH: all of the app lies below one URL path. The app is asked without it; elsewhere there is nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, serve } from './support/container.ts';

const files = {
  '/app/main.mjs': `import { createServer } from 'node:http';
createServer((request, response) => {
  response.end(JSON.stringify({ url: request.url, prefix: request.headers['x-forwarded-prefix'] }));
}).listen(process.env.PORT);
`,
  '/app/public/app.js': 'the script',
  '/app/public/index.html': 'the page',
  '/app/public/.env': 'SECRET=1',
};

test('files and app below it; the app sees its own paths, as they were sent; elsewhere is 404', async (t) => {
  const container = await serve(t, { files, environment: { BASE_PATH: '/shop' } });
  assert.equal(await text(container, '/shop/app.js'), '200 the script');
  assert.equal(await text(container, '/shop/'), '200 the page');
  const asked = async (path: string) => JSON.parse((await text(container, path)).slice(4)).url;
  assert.equal(await asked('/shop/api/a?b=c'), '/api/a?b=c');
  assert.equal(await asked('/shop/a%2Fb%20c/'), '/a%2Fb%20c/');
  assert.equal(await asked('/shop/.env'), '/.env');
  assert.match(await text(container, '/shop/api'), /"prefix":"\/shop"/);
  for (const path of ['/', '/app.js', '/api', '/shopping', '/.env'])
    assert.match(await text(container, path), /^404 /, path);
  const redirect = await container.get('/shop?a=b', { redirect: 'manual' });
  assert.equal(redirect.status, 308);
  assert.match(redirect.headers.get('location') ?? '', /\/shop\/\?a=b$/);
});

test('without it the app is told of no prefix, whatever a client claims', async (t) => {
  const container = await serve(t, { files });
  const answer = await container.get('/api', { headers: { 'x-forwarded-prefix': '/evil' } });
  assert.deepEqual(await answer.json(), { url: '/api' });
});

test('a folder of files below both', async (t) => {
  const container = await serve(t, {
    files,
    environment: { BASE_PATH: '/shop', STATIC_URL: '/static', STATIC_PATH: '/app/public' },
  });
  assert.equal(await text(container, '/shop/static/app.js'), '200 the script');
  assert.match(await text(container, '/shop/app.js'), /^200 {"url":"\/app\.js"/);
  assert.match(await text(container, '/static/app.js'), /^404 /);
});

async function text(container: Container, path: string): Promise<string> {
  const response = await container.get(path);
  return `${response.status} ${await response.text()}`;
}
