// Whatever replaces workers that are well, no request fails meanwhile: GET or POST, on a kept connection or a new one.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { until } from '../support/deadline.ts';
import type { Container } from './support/container.ts';
import { Load } from './support/load.ts';
import { amount } from './support/long.ts';
import { pidsOf, readyWorkers, servePool, statusOf, untilStatus } from './support/workers.ts';

test('while every worker is replaced by a reload, again and again', async (t) => {
  const container = await servePool(t, '4', { environment: { RELOAD_SETTLE: '0' } });
  const before = pidsOf(await statusOf(container));
  await underLoad(t, container, async () => {
    for (let reload = 0; reload < amount(2, 25); reload += 1) {
      const { exitCode, output } = await container.exec('cluster', 'reload');
      assert.equal(exitCode, 0, output);
    }
  });
  const after = await statusOf(container);
  assert.deepEqual(
    after.workers.map(({ restarts }) => restarts),
    Array(4).fill(amount(2, 25)),
  );
  assert.deepEqual(
    before.filter((pid) => pidsOf(after).includes(pid)),
    [],
  );
});

test('while workers are recycled after MAX_REQUESTS', async (t) => {
  const container = await servePool(t, '2', { environment: { MAX_REQUESTS: '1000', RELOAD_SETTLE: '0' } });
  await underLoad(t, container, () => restartedTimes(container, amount(4, 40)));
  await container.printed(/was replaced after MAX_REQUESTS, exited with code 0, after \d+ s, \d+ requests/);
});

test('while workers are recycled after MAX_WORKER_LIFETIME', async (t) => {
  const container = await servePool(t, '2', { environment: { MAX_WORKER_LIFETIME: '3s', RELOAD_SETTLE: '0' } });
  await underLoad(t, container, () => restartedTimes(container, amount(4, 40)));
  await container.printed(/was replaced after MAX_WORKER_LIFETIME, exited with code 0/);
});

test('while an app leaks until MAX_WORKER_MEMORY', async (t) => {
  const container = await servePool(t, '2', { environment: { MAX_WORKER_MEMORY: '150m', RELOAD_SETTLE: '0' } });
  await underLoad(t, container, async () => {
    const leak = async () => {
      assert.equal((await container.get('/leak?bytes=20000000')).status, 200);
      return restarts(container);
    };
    const withinMs = amount(60_000, 600_000);
    await until('workers above their memory', leak, (count) => count >= amount(2, 20), { withinMs, everyMs: 0 });
  });
  await container.printed(/was replaced above MAX_WORKER_MEMORY, exited with code 0, .*, \d+ MB/);
});

test('while the pool is scaled from 1 to 4 and back', async (t) => {
  const container = await servePool(t, '1-4');
  await underLoad(t, container, async () => {
    for (const workers of [1, 4, 1, 4, 1]) {
      const { exitCode, output } = await container.exec('cluster', 'scale', String(workers));
      assert.equal(exitCode, 0, output);
      assert.equal(readyWorkers(await statusOf(container)).length, workers);
    }
  });
});

async function underLoad(t: TestContext, container: Container, what: () => Promise<unknown>): Promise<void> {
  const load = new Load(container).start(t);
  await what();
  const { requests, failures } = await load.stop();
  assert.deepEqual(failures, [], `${failures.length} of ${requests} requests failed`);
  assert.ok(requests > 100, `only ${requests} requests were sent`);
}

async function restarts(container: Container): Promise<number> {
  return (await statusOf(container)).workers.reduce((sum, { restarts }) => sum + restarts, 0);
}

async function restartedTimes(container: Container, times: number): Promise<void> {
  await untilStatus(container, ({ workers }) => workers.reduce((sum, { restarts }) => sum + restarts, 0) >= times);
}
