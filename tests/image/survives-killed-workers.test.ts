// Workers that are killed under load: a GET is answered by another one; of POST, only what was in flight in it is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from './support/load.ts';
import { amount } from './support/long.ts';
import { pidsOf, servePool, statusOf, until } from './support/workers.ts';

test('a worker killed at random: no GET fails, and of POST only those in flight in it', async (t) => {
  const container = await servePool(t, '4');
  const load = new Load(container).start(t);
  const kills: { beganAt: number; endedAt: number }[] = [];
  for (let kill = 0; kill < amount(8, 60); kill += 1) {
    await until(container, ({ workers }) => workers.every(({ state }) => state === 'ready'));
    const pids = pidsOf(await statusOf(container));
    const pid = pids[Math.floor(Math.random() * pids.length)] ?? 0;
    const answered = load.requests;
    while (load.requests < answered + 100) await sleep(10);
    const beganAt = performance.now();
    await container.exec('sh', '-c', `kill -9 ${pid}`);
    // Until it is dead it may be sent requests: its socket takes connections to the end.
    await container.printed(new RegExp(`pid ${pid}\\) crashed, was killed by SIGKILL`));
    kills.push({ beganAt, endedAt: performance.now() });
  }
  const { requests, failures } = await load.stop();

  t.diagnostic(`${kills.length} kills, ${requests} requests, ${failures.length} POSTs in flight were lost`);
  assert.deepEqual(
    failures.filter(({ method }) => method !== 'POST'),
    [],
  );
  const unexplained = failures.filter(
    (failure) => !kills.some((kill) => failure.beganAt <= kill.endedAt && failure.endedAt >= kill.beganAt),
  );
  assert.deepEqual(unexplained, [], 'POSTs failed that were not under way when a worker was killed');
  // Of the four clients that send POSTs, each has one request under way.
  assert.ok(failures.length <= 4 * kills.length);
});

test('what a worker has started ends with it', async (t) => {
  const container = await servePool(t, '1', {
    app: 'pool',
    environment: { RELOAD_SETTLE: '0' },
  });
  const { pid } = (await (await container.get('/spawn')).json()) as { pid: number };
  assert.equal((await container.exec('test', '-d', `/proc/${pid}`)).exitCode, 0);
  await container.exec('cluster', 'reload');
  assert.equal((await container.exec('test', '-d', `/proc/${pid}`)).exitCode, 1, 'it still runs');
});
