// When workers are killed and ended: the exact times, and who of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';
import { crash, killed, later, policy, running, World } from './support/pool-world.ts';

const names = (effects: readonly Effect[]) => effects.map((effect) => effect.do);
const workersOf = (effects: readonly Effect[], what: 'kill' | 'drain' | 'terminate') =>
  effects.flatMap((effect) => (effect.do === what ? [effect.worker] : []));
const deaths = (world: World) => world.effects.filter((effect) => effect.do === 'report-death');

test('a worker that does not get ready in time is killed, once, and that is its reason', () => {
  const world = running(1);
  world.happens({ type: 'scale', workers: 1 });
  world.exit(world.ready()[0] ?? assert.fail(), crash);
  later(world, 1000);
  const [starting] = world.in('starting');
  assert.ok(starting);
  assert.deepEqual(workersOf(later(world, starting.startedAt + policy.bootTimeoutMs - 1 - world.now), 'kill'), []);
  assert.deepEqual(workersOf(later(world, 1), 'kill'), [starting.id]);
  assert.deepEqual(workersOf(later(world, 5000), 'kill'), []);
  world.exit(world.state.workers[0] ?? assert.fail(), killed);
  assert.equal(deaths(world).at(-1)?.worker.life.reason, 'not-ready-in-time');
});

test('a stop that is hastened kills the workers that still drain, and nothing is hastened before a stop', () => {
  const world = running(2);
  assert.deepEqual(workersOf(world.happens({ type: 'hasten' }), 'kill'), []);
  assert.deepEqual(workersOf(world.happens({ type: 'stop' }), 'kill'), []);
  assert.deepEqual(workersOf(world.happens({ type: 'hasten' }), 'kill'), [1, 2]);
});

test('an app that closes its server loses its slot, and may listen again', () => {
  const world = running(2);
  const effects = world.happens({ type: 'closed', worker: 1 });
  assert.deepEqual(names(effects), ['point', 'report-ready-count']);
  assert.deepEqual(effects[0], { do: 'point', slot: 0, worker: 2 });
  later(world, policy.bootTimeoutMs - 1);
  assert.equal(world.state.workers.length, 2, 'no other worker is started for it');
  const again = world.happens({ type: 'ready', worker: 1 });
  assert.deepEqual(again[0], { do: 'point', slot: 0, worker: 1 });
  later(world, 60_000);
  assert.deepEqual(deaths(world), []);
});

test('an app that does not listen again in time is replaced', () => {
  const world = running(2);
  world.happens({ type: 'closed', worker: 1 });
  assert.deepEqual(workersOf(later(world, policy.bootTimeoutMs), 'kill'), [1]);
  world.exit(world.state.workers[0] ?? assert.fail(), killed);
  assert.equal(deaths(world)[0]?.worker.life.reason, 'not-ready-in-time');
  later(world, 1000);
  assert.equal(world.in('starting')[0]?.slot, 0);
});

test('a worker that crashes while its server is closed has crashed', () => {
  const world = running(2);
  world.happens({ type: 'closed', worker: 1 });
  world.exit(world.in('closed')[0] ?? assert.fail(), crash);
  assert.deepEqual(deaths(world)[0]?.worker.life.reason, 'crashed');
});

test('what a worker says too late changes nothing', () => {
  const world = running(2);
  world.happens({ type: 'scale', workers: 1 });
  const before = world.state;
  for (const worker of [2, 99]) {
    assert.deepEqual(world.happens({ type: 'ready', worker }), []);
    assert.deepEqual(world.happens({ type: 'closed', worker }), []);
    assert.deepEqual(world.happens({ type: 'stack', worker, stack: 'late' }), []);
  }
  assert.deepEqual(world.happens({ type: 'stack', worker: 1, stack: 'of a worker that is not stalled' }), []);
  assert.deepEqual(world.happens({ type: 'exited', worker: 99, exit: crash }), []);
  assert.deepEqual(world.state, before);
  const starting = new World({ workers: 1, policy: { slots: 1 } });
  starting.happens({ type: 'closed', worker: 1 });
  assert.deepEqual(starting.in('starting').length, 1);
});

test('the number of workers stays between one and the number of slots', () => {
  const world = running(3);
  for (const [wanted, target] of [
    [0, 1],
    [-5, 1],
    [2, 2],
    [9, 3],
  ] as const) {
    world.happens({ type: 'scale', workers: wanted });
    assert.equal(world.state.target, target);
  }
});

test('workers not wanted any more: at once if they are starting, if they serve only where another one does', () => {
  const world = running(3);
  world.exit(world.ready()[1] ?? assert.fail(), crash);
  later(world, 1000);
  assert.equal(world.in('starting')[0]?.slot, 1);
  const effects = world.happens({ type: 'scale', workers: 1 });
  assert.deepEqual([workersOf(effects, 'terminate'), workersOf(effects, 'drain')], [[4], [3]]);
  assert.ok(effects.every((effect) => effect.do !== 'drain' || effect.isReplaced));

  const other = running(2);
  other.happens({ type: 'closed', worker: 1 });
  assert.deepEqual(workersOf(other.happens({ type: 'scale', workers: 1 }), 'drain'), [], 'the last one that serves');
  assert.deepEqual(workersOf(other.happens({ type: 'ready', worker: 1 }), 'drain'), [2]);
  world.passes(2000);
  assert.deepEqual(new Set(deaths(world).map(({ worker }) => worker.life.reason)), new Set(['crashed', 'scaled-down']));
});

test('a stop: one deadline for those that serve, a second for those that do not yet, none for the stalled', () => {
  const world = running(3, 2000, { stopTimeoutMs: 5000 });
  world.exit(world.ready()[2] ?? assert.fail(), crash);
  later(world, 1000);
  const effects = world.happens({ type: 'stop' });
  assert.deepEqual([workersOf(effects, 'drain'), workersOf(effects, 'terminate')], [[1, 2], [4]]);
  assert.ok(effects.every((effect) => effect.do !== 'drain' || !effect.isReplaced));
  assert.deepEqual(workersOf(later(world, 999), 'kill'), []);
  assert.deepEqual(workersOf(later(world, 1), 'kill'), [4]);
  assert.deepEqual(workersOf(later(world, 3999), 'kill'), []);
  assert.deepEqual(workersOf(later(world, 1), 'kill'), [1, 2]);
  assert.deepEqual(deaths(world).length, 1, 'only the crash before it');
  const exited = world.happens({ type: 'exited', worker: 1, exit: killed });
  assert.equal(exited.find((effect) => effect.do === 'report-death')?.worker.life.reason, 'stop');
});

test('a stop shortens the time of those that are draining, and never lengthens it', () => {
  for (const [workerDrainTimeoutMs, afterMs] of [
    [30_000, 5000],
    [3000, 1000],
  ] as const) {
    const world = running(2, 2000, { workerDrainTimeoutMs, stopTimeoutMs: 5000 });
    world.happens({ type: 'scale', workers: 1 });
    later(world, 2000);
    world.happens({ type: 'stop' });
    assert.equal(workersOf(later(world, afterMs - 1), 'kill').includes(2), false);
    assert.equal(workersOf(later(world, 1), 'kill').includes(2), true);
  }
});

test('a stop that comes in a reload ends it, and begins nothing', () => {
  const world = running(2);
  world.happens({ type: 'reload', release: 2 });
  const effects = world.happens({ type: 'stop' });
  const end = effects.find((effect) => effect.do === 'report-reload-end');
  assert.deepEqual([end?.isComplete, end?.failed], [false, undefined]);
  assert.deepEqual([world.state.reload, world.state.replacement], [undefined, undefined]);
  assert.equal(names(running(1).happens({ type: 'stop' })).includes('report-reload-end'), false, 'without a reload');
});

test('a pause of the primary is added to every deadline', () => {
  const pauseMs = 100_000;
  const draining = running(2, 2000, { workerDrainTimeoutMs: 5000 });
  draining.happens({ type: 'scale', workers: 1 });
  draining.now += pauseMs;
  assert.deepEqual(workersOf(draining.happens({ type: 'tick' }), 'kill'), []);
  assert.deepEqual(workersOf(later(draining, 4999), 'kill'), []);
  assert.deepEqual(workersOf(later(draining, 1), 'kill'), [2]);

  const starting = running(2);
  starting.happens({ type: 'closed', worker: 1 });
  starting.now += pauseMs;
  assert.deepEqual(workersOf(starting.happens({ type: 'tick' }), 'kill'), []);
  assert.deepEqual(workersOf(later(starting, policy.bootTimeoutMs - 1), 'kill'), []);
  assert.deepEqual(workersOf(later(starting, 1), 'kill'), [1]);
});

test('a second and a half between two events is no pause yet', () => {
  for (const [gapMs, isStalled] of [
    [1500, true],
    [1501, false],
  ] as const) {
    const world = running(1, 2000, { workerStallTimeoutMs: 1500 });
    world.now += gapMs;
    world.happens({ type: 'tick' });
    assert.equal(world.in('stalled').length === 1, isStalled, `${gapMs} ms`);
  }
});

test('silence is a stall when it has lasted for the whole time, and only of a ready worker', () => {
  const world = running(1, 2000, { workerStallTimeoutMs: 3000 });
  for (let silentMs = 250; silentMs < 3000; silentMs += 250) {
    world.now += 250;
    assert.deepEqual(world.happens({ type: 'tick' }), [], `${silentMs} ms`);
  }
  world.now += 250;
  assert.equal(names(world.happens({ type: 'tick' }))[0], 'capture-stack');
  const [, replacement] = world.state.workers;
  assert.equal(replacement?.life.name, 'starting');
  world.happens({ type: 'stack', worker: 1, stack: 'here' });
  world.exit(world.in('stalled')[0] ?? assert.fail(), killed);
  assert.deepEqual([deaths(world)[0]?.stack, deaths(world)[0]?.replacedInMs], ['here', undefined]);
  later(world, 20_000);
  assert.equal(world.in('starting').length, 1, 'silent for long, but not ready yet');
});

test('a crash says when the next worker starts, and it starts then', () => {
  const world = running(2);
  const [first] = world.ready();
  assert.ok(first);
  world.exit(first, crash);
  const [death] = deaths(world);
  assert.deepEqual([death?.worker.life.exit, death?.replacedInMs, death?.stack], [crash, 100, undefined]);
  assert.deepEqual(names(later(world, 99)), []);
  assert.deepEqual(names(later(world, 1)), ['fork']);
});

test('a worker that was ready for ten seconds is replaced at once, and its failures are forgotten', () => {
  for (const [readyMs, delayMs] of [
    [9999, 100],
    [10_000, 0],
  ] as const) {
    const world = running(2, 0);
    world.happens({ type: 'ready', worker: 1 });
    world.happens({ type: 'ready', worker: 2 });
    later(world, readyMs);
    world.exit(world.ready()[0] ?? assert.fail(), crash);
    assert.equal(deaths(world)[0]?.replacedInMs, delayMs);
  }
});

test('only as many are drained as others serve in their place', () => {
  const world = running(4);
  world.exit(world.ready()[1] ?? assert.fail(), crash);
  assert.deepEqual(workersOf(world.happens({ type: 'scale', workers: 2 }), 'drain'), [3]);
  assert.deepEqual(
    world.ready().map(({ id }) => id),
    [1, 4],
  );
});

test('a worker whose server is closed is drained when it is not wanted: it may still have requests', () => {
  const world = running(2);
  world.happens({ type: 'closed', worker: 2 });
  const effects = world.happens({ type: 'scale', workers: 1 });
  assert.deepEqual([workersOf(effects, 'drain'), workersOf(effects, 'terminate')], [[2], []]);
});

test('a worker that serves in a surplus slot and crashes there is not replaced', () => {
  const world = running(2);
  world.happens({ type: 'closed', worker: 1 });
  world.happens({ type: 'scale', workers: 1 });
  world.exit(world.ready()[0] ?? assert.fail(), crash);
  assert.deepEqual(
    deaths(world).map(({ worker, replacedInMs }) => [worker.id, replacedInMs]),
    [[2, undefined]],
  );
  assert.equal(world.state.slots[1]?.failuresInARow, 0);
});

test('a first worker that crashes ends everything: nothing is started after it', () => {
  const world = new World({ workers: 2, policy: { slots: 2 } });
  world.exit(world.in('starting')[0] ?? assert.fail(), crash);
  assert.equal(deaths(world)[0]?.worker.life.reason, 'crashed');
  assert.equal(deaths(world)[0]?.replacedInMs, undefined);
  assert.equal(names(world.effects).filter((name) => name === 'give-up').length, 1);
  assert.deepEqual(later(world, 60_000), []);
  assert.deepEqual(world.state.workers, []);
});

test('a stop kills a stalled worker at once, and once', () => {
  const world = running(2);
  world.silent.add(1);
  for (let ms = 0; world.in('stalled').length === 0 && ms < 10_000; ms += 250) later(world, 250);
  assert.deepEqual(workersOf(world.happens({ type: 'stop' }), 'kill'), [1]);
  assert.deepEqual(workersOf(later(world, 250), 'kill'), []);
});

test('who exits in a stop is neither replaced nor counted as a failure', () => {
  const world = running(2);
  world.happens({ type: 'stop' });
  for (const worker of world.state.workers) world.exit(worker, crash);
  assert.deepEqual(
    deaths(world).map(({ replacedInMs }) => replacedInMs),
    [undefined, undefined],
  );
  assert.deepEqual(
    world.state.slots.map(({ failuresInARow }) => failuresInARow),
    [0, 0],
  );
  assert.equal(names(world.effects).includes('give-up'), false);
});
