// BASIC_AUTH_FILE: a password for everything, except health checks and the admin port.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { runToItsEnd, serve } from './support/container.ts';
import { get } from './support/raw.ts';

const file = '/run-secrets/htpasswd';
const line = (name: string, password: string) =>
  `${name}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`;
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

test('app and files need one; 401 is a page of ours; health does not; a file that changes counts at once', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    environment: { WORKERS: '1', BASIC_AUTH_FILE: file },
    files: {
      [file]: `# users\n${line('me', 'a:b')}`,
      '/app/public/file.txt': 'a file',
      '/app/public/docs/index.html': 'docs',
    },
  });
  for (const path of ['/say', '/file.txt', '/docs', '/.git']) {
    const refused = await get(container, path);
    assert.equal(refused.status, 401, path);
    assert.deepEqual({ ...JSON.parse(refused.body), requestId: '' }, { status: 401, error: 'Sign in', requestId: '' });
    assert.equal(refused.headers['www-authenticate'], 'Basic realm="Restricted"');
    assert.equal(refused.headers['x-frame-options'], 'SAMEORIGIN');
    assert.equal((await get(container, path, basic('me:wrong'))).status, 401, path);
  }
  assert.match((await get(container, '/say', { accept: 'text/html' })).body, /^<!doctype html>.*<h1>Sign in<\/h1>/);
  assert.equal((await get(container, '/say', basic('me:a:b'))).body, 'said');
  assert.equal((await get(container, '/file.txt', basic('me:a:b'))).body, 'a file');
  assert.equal((await get(container, '/healthz')).status, 200);
  assert.equal((await container.exec('health')).output.trim(), '/readyz 200');

  await container.copyIn({ [file]: line('you', 'new') });
  assert.equal((await get(container, '/say', basic('me:a:b'))).status, 401);
  assert.equal((await get(container, '/say', basic('you:new'))).body, 'said');
});

test('a file that nginx could not use ends the container with 78, and its content is not shown', async (t) => {
  for (const [text, reason] of [
    ['me:s3cret\n', /BASIC_AUTH_FILE=\/run-secrets\/htpasswd has a password in line 1 that is not hashed/],
    ['', /has no user in it/],
  ] as const) {
    const { exitCode, lastLine, output } = await runToItsEnd(t, {
      app: 'parrot',
      environment: { BASIC_AUTH_FILE: file },
      files: { [file]: text },
    });
    assert.equal(exitCode, 78);
    assert.match(lastLine, reason);
    assert.doesNotMatch(output, /s3cret/);
  }
});
