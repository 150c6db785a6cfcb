// MICRO_CACHE: an answer is kept for as long as the app says, and never one that is somebody's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/deadline.ts';
import { type Container, serve } from './support/container.ts';

test('s-maxage, max-age, Vary, private, no-store, cookies and Authorization are obeyed', async (t) => {
  const container = await serve(t, { app: 'parrot', environment: { MICRO_CACHE: '10m', WORKERS: '1' } });

  assert.deepEqual(await twice(container, 'Cache-Control:s-maxage=60'), ['MISS', 'HIT']);
  assert.deepEqual(await twice(container, 'Cache-Control:max-age=60'), ['MISS', 'HIT']);
  for (const header of [
    'X-Nothing:said',
    'Cache-Control:private, max-age=60',
    'Cache-Control:no-store',
    'Cache-Control:no-cache, max-age=60',
    'Cache-Control:s-maxage=0, max-age=60',
    'Cache-Control:s-maxage=60&header=Set-Cookie:a=b',
    'Cache-Control:s-maxage=60&header=Vary:*',
  ]) {
    assert.deepEqual(await twice(container, header), ['MISS', 'MISS'], header);
  }

  // Of unknown length: kept where the app says s-maxage, otherwise passed on piece by piece.
  assert.deepEqual(await twice(container, 'Cache-Control:s-maxage=60', {}, '/stream'), ['MISS', 'HIT']);
  assert.deepEqual(await twice(container, 'X-Nothing:said', {}, '/stream'), ['MISS', 'MISS']);

  // Kept for everybody, but whoever says who they are asks the app itself, and their answer is not kept.
  const shared = 'Cache-Control:s-maxage=60&header=X-Case:own';
  assert.deepEqual(await twice(container, shared, { cookie: 'session=1' }), ['BYPASS', 'BYPASS']);
  assert.deepEqual(await twice(container, shared, { authorization: 'Bearer x' }), ['BYPASS', 'BYPASS']);
  assert.deepEqual(await twice(container, shared), ['MISS', 'HIT']);
  assert.deepEqual(await twice(container, shared, { cookie: 'session=1' }), ['BYPASS', 'BYPASS']);

  const byLanguage = 'Cache-Control:s-maxage=60&header=Vary:Accept-Language';
  assert.deepEqual(await twice(container, byLanguage, { 'accept-language': 'de' }), ['MISS', 'HIT']);
  assert.deepEqual(await twice(container, byLanguage, { 'accept-language': 'en' }), ['MISS', 'HIT']);
  assert.deepEqual(await twice(container, byLanguage, { 'accept-language': 'de' }), ['HIT', 'HIT']);

  // Another host, query or method is another answer.
  const path = '/calls?header=Cache-Control:s-maxage=60&case=key';
  const first = await container.get(path);
  assert.equal(first.headers.get('x-cache'), 'MISS');
  assert.equal((await container.get(`${path}2`)).headers.get('x-cache'), 'MISS');
  const posted = await container.get(path, { method: 'POST' });
  assert.notEqual(await posted.text(), await first.text());
  // What was added to the first answer is not kept with it.
  const ids = await Promise.all([1, 2].map(async () => (await container.get(path)).headers.get('x-request-id')));
  assert.notEqual(ids[0], ids[1]);
  await container.printed(/"cache":"HIT"/);
});

test('while one request fetches the new answer, the others get the old one', async (t) => {
  const container = await serve(t, { app: 'parrot', environment: { MICRO_CACHE: '10m', WORKERS: '1' } });
  const path = '/calls?ms=3000&header=Cache-Control:s-maxage=1';
  const ask = async () => {
    const answer = await container.get(path);
    return { cache: answer.headers.get('x-cache'), body: await answer.text() };
  };
  assert.deepEqual(await ask(), { cache: 'MISS', body: '1' });
  // Answered at once, until the answer is not fresh any more: whoever asks then waits for the new one.
  const askOnce = async () => {
    const fetching = ask();
    const early = await soon(fetching);
    if (early !== undefined) assert.deepEqual(early, { cache: 'HIT', body: '1' });
    return { fetching, early };
  };
  const { fetching } = await until('a request that takes its time', askOnce, ({ early }) => early === undefined);
  assert.deepEqual(await ask(), { cache: 'UPDATING', body: '1' });
  assert.deepEqual(await fetching, { cache: 'EXPIRED', body: '2' });
});

/** @returns undefined where it takes longer than an answer out of the cache */
function soon<T>(answer: Promise<T>): Promise<T | undefined> {
  return Promise.race([answer, sleep(500, undefined)]);
}

/** @returns what the cache did with the first and the second of two requests for what is answered with this header */
async function twice(
  container: Container,
  header: string,
  headers: Record<string, string> = {},
  path = '/calls',
): Promise<(string | null)[]> {
  const answers = [];
  for (let count = 0; count < 2; count += 1) {
    const answer = await container.get(`${path}?header=${header}`, { headers });
    answers.push(answer.headers.get('x-cache'));
    await answer.text();
  }
  return answers;
}
