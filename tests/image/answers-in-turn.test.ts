// A worker that is busy with computing answers its clients in turn: none waits while others are answered again and again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servePool } from './support/workers.ts';

const clients = 40;
const answerMs = 5;
const lastingMs = 8000;

test('of 40 clients of a worker that computes all the time, none is answered twice as often as another', async (t) => {
  const container = await servePool(t, '1');
  const end = Date.now() + lastingMs;
  const answers = await Promise.all(
    Array.from({ length: clients }, async () => {
      let count = 0;
      for (; Date.now() < end; count += 1) {
        const response = await container.get(`/block?ms=${answerMs}`, { method: 'POST' });
        assert.equal(response.status, 200);
        await response.text();
      }
      return count;
    }),
  );
  assert.ok(Math.min(...answers) > Math.max(...answers) / 2, `answers to each client: ${answers.join(' ')}`);
});
