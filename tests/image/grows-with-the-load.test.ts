// WORKERS=MIN-MAX: as many workers as the load wants, and no request is lost when they come or go.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Container } from './support/container.ts';
import { amount } from './support/long.ts';
import { readyWorkers, servePool, untilStatus } from './support/workers.ts';

test('it grows to the maximum while every worker is busy', async (t) => {
  await growsToThree(t);
});

/** A minute of calm for each worker that goes, which no setting shortens. The decision itself: tests/unit/pool-scale. */
const long = amount(0, 1) === 0 ? { skip: 'takes minutes: in npm run test:long' } : {};

test('it shrinks to the minimum when no worker is busy, a minute for each', long, async (t) => {
  const container = await growsToThree(t);
  const calmSince = performance.now();
  await untilStatus(container, (status) => readyWorkers(status).length === 1, 300_000);
  // The last samples of the load are the first of the calm.
  assert.ok(performance.now() - calmSince > 90_000, 'two workers ended within a minute and a half');
  await container.printed(/the load wants 1 workers? instead of 2/);
});

async function growsToThree(t: TestContext): Promise<Container> {
  const container = await servePool(t, '1-3');
  await container.exec('cluster', 'scale', '1');
  await container.exec('cluster', 'scale', 'auto');
  const stop = busyClients(t, container, 9);
  await untilStatus(container, (status) => readyWorkers(status).length === 3);
  const failures = await stop();
  assert.deepEqual(failures, []);
  await container.printed(/the load wants \d workers instead of \d/);
  return container;
}

test('cluster scale refuses what there are no slots for, and says what to do', async (t) => {
  const container = await servePool(t, '2');
  for (const wanted of ['0', '3', '-1', 'many', '']) {
    const { exitCode, output } = await container.exec('cluster', 'scale', wanted);
    assert.equal(exitCode, 2, output);
    assert.match(output, /give a number of workers from 1 to 2, or auto\. .* such as WORKERS=1-4/);
  }
});

test('the control socket is for its owner only', async (t) => {
  const container = await servePool(t, '1');
  assert.equal((await container.exec('stat', '-c', '%a', '/run/cluster/control.sock')).output.trim(), '600');
});

/** Clients each of whose requests keeps a worker busy. @returns a function that ends them and says what failed */
function busyClients(t: TestContext, container: Container, count: number): () => Promise<string[]> {
  let isOver = false;
  const failures: string[] = [];
  const clients = Array.from({ length: count }, async () => {
    while (!isOver) {
      const response = await container.get('/block?ms=100', { method: 'POST' }).catch((error) => error);
      const outcome = response instanceof Response ? String(response.status) : String(response.cause ?? response);
      if (outcome !== '200') failures.push(outcome);
    }
  });
  const stop = async () => {
    isOver = true;
    await Promise.all(clients);
    return failures;
  };
  t.after(stop);
  return stop;
}
