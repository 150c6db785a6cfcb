// Requests for a worker that is busy wait for it: none is refused, however many come at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servePool } from './support/workers.ts';

test('800 connections at once on a worker that is blocked for 4 s are all answered', async (t) => {
  const container = await servePool(t, '1');
  const blocked = container.get('/block?ms=4000', { method: 'POST' });
  const burst = Array.from({ length: 800 }, async () => {
    const response = await container.get('/echo', { method: 'POST', body: 'x' });
    await response.text();
    return response.status;
  });
  const statuses = new Set(await Promise.all(burst));
  assert.deepEqual([...statuses], [200]);
  assert.equal((await blocked).status, 200);
});
