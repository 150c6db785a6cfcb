// RATE_LIMIT and CONNECTION_LIMIT: who asks for too much is answered 429, with when to come back; others are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';

test('by rate: so many at once, then 429 with Retry-After; files and probes are free, other clients unharmed', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    files: { '/app/public/file.txt': 'a file' },
    // One in six seconds, so that none is let through again while the test runs; at least ten at once.
    environment: { RATE_LIMIT: '10r/m', TRUSTED_PROXIES: 'private', WORKERS: '1' },
  });
  const ask = (client: string, path = '/say') => container.get(path, { headers: { 'x-forwarded-for': client } });
  const answers: Response[] = [];
  for (let count = 0; count < 12; count += 1) answers.push(await ask('198.51.100.1'));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [...Array.from({ length: 11 }, () => 200), 429],
  );
  const refused = answers.at(-1) as Response;
  assert.equal(refused.headers.get('retry-after'), '6');
  assert.equal(((await refused.json()) as { error: string }).error, 'Too many requests');
  assert.equal((await ask('198.51.100.1', '/file.txt')).status, 200);
  assert.equal((await ask('198.51.100.1', '/healthz')).status, 200);
  assert.equal((await ask('198.51.100.2')).status, 200);
  // What the app says about when to come back is its own.
  const own = await ask('198.51.100.3', '/say?status=429&header=Retry-After:77');
  assert.equal(own.headers.get('retry-after'), '77');
});

test('by connections: one more than allowed is answered 429, and let in when another has ended', async (t) => {
  const container = await serve(t, { app: 'parrot', environment: { CONNECTION_LIMIT: '2' } });
  const abort = new AbortController();
  const held = [1, 2].map(() => container.get('/silent', { signal: abort.signal }).catch(() => undefined));
  await container.printed(/asked, and silent[\s\S]*asked, and silent/);
  const refused = await container.get('/say');
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal((await container.get('/healthz')).status, 200);
  abort.abort();
  await Promise.all(held);
  // nginx has logged them: it knows that they are gone.
  await container.printed(/"path":"\/silent"[\s\S]*"path":"\/silent"/);
  assert.equal((await container.get('/say')).status, 200);
});
