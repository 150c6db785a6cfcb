// What `cluster status` and /status know of the pool.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../../rootfs/usr/local/lib/cluster/pool/decide/pool-status.ts';
import { crash, World } from './support/pool-world.ts';

const pidOf = (worker: number) => 100 + worker;

test('a worker has the figures of its last report, and says how old they are', () => {
  const world = new World({ workers: 1, policy: { slots: 1 } });
  world.now = 1000;
  world.happens({ type: 'ready', worker: 1 });
  const unknown = {
    slot: 0,
    pid: 101,
    state: 'ready',
    uptimeSeconds: 1,
    release: 1,
    requests: 0,
    inFlight: 0,
    loopUtilisation: 0,
    loopDelayMs: 0,
    memoryBytes: 0,
    heapBytes: 0,
    isAppReady: true,
    reportAgeMs: null,
    leadsTo: 0,
    restarts: 0,
    failuresInARow: 0,
    lastExit: null,
  };
  assert.deepEqual(statusOf(world.state, 1000, pidOf).workers, [unknown]);
  const figures = {
    requests: 1,
    inFlight: 2,
    loopUtilisation: 0.3,
    loopDelayMs: 4,
    memoryBytes: 5,
    heapBytes: 6,
    isAppReady: false,
  };
  world.happens({ type: 'report', worker: 1, report: { ...figures, cut: 0 } });
  assert.deepEqual(statusOf(world.state, 2600.4, pidOf), {
    target: 1,
    isReloading: false,
    workers: [{ ...unknown, ...figures, uptimeSeconds: 3, reportAgeMs: 1600 }],
    leaving: [],
  });
  assert.equal(statusOf(world.state, 1000, () => undefined).workers[0]?.pid, null);
});

test('a slot without a worker says who serves it, and what its last worker exited with', () => {
  const world = new World({ workers: 2, policy: { slots: 2 } });
  world.passes(15_000);
  const [, second] = world.ready();
  assert.ok(second);
  world.happens({ type: 'scale', workers: 1 });
  world.exit(second, { code: null, signal: 'SIGTERM' });
  const { workers, target } = statusOf(world.state, world.now + 2400, pidOf);
  assert.equal(target, 1);
  assert.deepEqual(workers[1], {
    slot: 1,
    pid: null,
    state: 'gone',
    uptimeSeconds: 0,
    release: 1,
    requests: 0,
    inFlight: 0,
    loopUtilisation: 0,
    loopDelayMs: 0,
    memoryBytes: 0,
    heapBytes: 0,
    isAppReady: false,
    reportAgeMs: null,
    leadsTo: 0,
    restarts: 0,
    failuresInARow: 0,
    lastExit: { pid: 102, reason: 'scaled-down', code: null, signal: 'SIGTERM', secondsAgo: 2 },
  });
});

test('where nothing is ready no slot is served', () => {
  const world = new World({ workers: 2, policy: { slots: 2 } });
  const { workers } = statusOf(world.state, world.now, pidOf);
  assert.deepEqual(
    workers.map(({ state, leadsTo, restarts }) => [state, leadsTo, restarts]),
    [
      ['starting', null, 0],
      ['gone', null, 0],
    ],
  );
});

test('starts after the first one are restarts', () => {
  const world = new World({ workers: 1, policy: { slots: 1 } });
  for (const restarts of [1, 2]) {
    world.passes(15_000);
    for (const worker of world.ready()) world.exit(worker, crash);
    world.passes(1000);
    const [slot] = statusOf(world.state, world.now, pidOf).workers;
    assert.equal(slot?.restarts, restarts);
    assert.deepEqual([slot?.lastExit?.reason, slot?.lastExit?.code], ['crashed', 9]);
  }
});

test('in a reload the slot’s line is that of the worker it leads to; who is about to exit has one of its own', () => {
  const world = new World({ workers: 1, policy: { slots: 1 } });
  world.passes(2000);
  world.happens({ type: 'reload', release: 2 });
  const pids = () => {
    const { workers, leaving, isReloading } = statusOf(world.state, world.now, pidOf);
    return [workers.map(({ pid, state }) => [pid, state]), leaving.map(({ pid, state }) => [pid, state]), isReloading];
  };
  assert.deepEqual(pids(), [[[101, 'ready']], [[102, 'starting']], true]);
  world.happens({ type: 'ready', worker: 2 });
  assert.deepEqual(pids(), [[[102, 'ready']], [[101, 'ready']], true]);
  world.silent.add(1);
  world.passes(2000);
  assert.deepEqual(pids(), [[[102, 'ready']], [[101, 'draining']], true]);
  world.silent.delete(1);
  world.passes(250);
  assert.deepEqual(pids(), [[[102, 'ready']], [], false]);
});
