import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stackTimeoutMs } from '../../rootfs/usr/local/lib/cluster/pool/decide/stall.ts';
import type { Effect } from '../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';
import { clean, crash, killed, policy, running, until, World } from './support/pool-world.ts';

const names = (effects: readonly Effect[]) => effects.map((effect) => effect.do);

test('the first worker starts alone, the others when it is ready, and every slot leads to it until then', () => {
  const world = new World({ workers: 3, policy: { slots: 4 } });
  assert.deepEqual(names(world.effects), ['fork']);
  const effects = world.happens({ type: 'ready', worker: 1 });
  assert.deepEqual(names(effects), ['point', 'point', 'point', 'point', 'fork', 'fork', 'report-ready-count']);
  world.passes(1000);
  assert.deepEqual(
    world.state.slots.map(({ leadsTo }) => leadsTo),
    [1, 2, 3, 2],
  );
});

test('a worker that led for others closes what nginx has made by their names, when they are back', () => {
  const world = running(2, 15_000);
  const [first, second] = world.ready();
  assert.ok(first && second);
  world.exit(first, crash);
  assert.equal(world.state.slots[0]?.leadsTo, second.id);
  const effects = world.happens({ type: 'ready', worker: 3 });
  assert.deepEqual(effects.slice(0, 2), [
    { do: 'point', slot: 0, worker: 3 },
    { do: 'close-current-connections', worker: second.id },
  ]);
});

test('slots without a worker of their own are shared out evenly', () => {
  const world = new World({ workers: 3, policy: { slots: 8 } });
  world.passes(1000);
  const slotCounts = [1, 2, 3].map((id) => world.state.slots.filter(({ leadsTo }) => leadsTo === id).length);
  assert.deepEqual(slotCounts.toSorted(), [2, 3, 3]);
});

test('a worker that crashes loses its slot in the same step, and is replaced', () => {
  const world = running(2, 15_000);
  const [first] = world.ready();
  assert.ok(first);
  const effects = world.happens({ type: 'exited', worker: first.id, exit: crash });
  assert.deepEqual(names(effects), ['report-death', 'point', 'fork', 'report-ready-count']);
});

test('a stalled worker: slot handed over and replacement started at once, killed when its stack is known', () => {
  const world = running(2);
  const [first] = world.ready();
  assert.ok(first);
  world.silent.add(first.id);
  const before = world.now;
  until(world, () => world.effects.length > 0);
  assert.ok(world.now - before <= policy.workerStallTimeoutMs + 250);
  assert.deepEqual(names(world.effects), [
    'capture-stack',
    'point',
    'fork',
    'report-ready-count',
    'kill',
    'point',
    'close-current-connections',
    'report-ready-count',
  ]);
  world.passes(250);
  const death = world.effects.find((effect) => effect.do === 'report-death');
  assert.equal(death?.worker.life.reason, 'stalled');
  assert.equal(death?.stack, 'work (/app/main.ts:1:1)');
});

test('a stalled worker whose stack cannot be captured is killed after a second', () => {
  const world = running(2);
  const [first] = world.ready();
  assert.ok(first);
  const pass = () => passesWithoutStack(world, first.id);
  until(world, () => names(world.effects).includes('capture-stack'), pass);
  const stalledAt = world.now;
  until(world, () => names(world.effects).includes('kill'), pass);
  assert.equal(world.now - stalledAt, stackTimeoutMs);
});

test('where no worker serves, the slots lead to where connections wait, until one does', () => {
  const world = running(1);
  for (let ms = 0; ms < policy.workerStallTimeoutMs; ms += 250) {
    world.now += 250;
    world.happens({ type: 'tick' });
  }
  assert.deepEqual(names(world.effects), ['capture-stack', 'point', 'fork', 'report-ready-count']);
  assert.deepEqual(world.effects[1], { do: 'point', slot: 0, worker: undefined });
  world.effects.length = 0;
  world.happens({ type: 'stack', worker: 1, stack: undefined });
  world.happens({ type: 'ready', worker: 2 });
  assert.deepEqual(names(world.effects), ['kill', 'point', 'report-ready-count']);
  assert.deepEqual(world.effects[1], { do: 'point', slot: 0, worker: 2 });
});

test('when the primary itself stood still, no worker is blamed for its silence', () => {
  const world = running(2);
  world.now += 3_600_000;
  world.happens({ type: 'tick' });
  for (const worker of world.ready()) world.report(worker);
  world.passes(10_000);
  assert.deepEqual(world.effects, []);
});

test('a stall timeout of 0 turns stall detection off', () => {
  const world = running(2, 2000, { workerStallTimeoutMs: 0 });
  for (const { id } of world.ready()) world.silent.add(id);
  world.passes(600_000);
  assert.deepEqual(world.effects, []);
});

test('a reload: the new worker takes the slot, and the old one is drained when that has stayed up', () => {
  const world = running(1);
  world.happens({ type: 'reload', release: 2 });
  assert.deepEqual(names(world.effects), ['fork', 'report-reload-step']);
  world.happens({ type: 'ready', worker: 2 });
  assert.deepEqual(names(world.effects).slice(2), ['point', 'close-connections', 'report-ready-count']);
  world.now += policy.reloadSettleMs - 1;
  world.happens({ type: 'tick' });
  assert.equal(world.effects.length, 5);
  world.now += 1;
  world.happens({ type: 'tick' });
  assert.deepEqual(world.effects.at(-2), { do: 'drain', worker: 1, isReplaced: true });
  assert.deepEqual(names(world.happens({ type: 'exited', worker: 1, exit: clean })), [
    'report-death',
    'report-reload-step',
    'report-reload-end',
  ]);
});

test('a new worker that dies before it has stayed up gives the slot back, and the reload ends', () => {
  const world = running(2);
  world.happens({ type: 'reload', release: 2 });
  world.happens({ type: 'ready', worker: 3 });
  assert.equal(world.state.slots[0]?.leadsTo, 3);
  const effects = world.happens({ type: 'exited', worker: 3, exit: crash });
  assert.equal(world.state.slots[0]?.leadsTo, 1);
  assert.deepEqual(
    effects.filter((effect) => effect.do === 'close-connections'),
    [{ do: 'close-connections', worker: 1, isClosing: false }],
  );
  const end = effects.find((effect) => effect.do === 'report-reload-end');
  assert.deepEqual([end?.isComplete, end?.failed?.id], [false, 3]);
  world.passes(60_000);
  assert.deepEqual(
    world.ready().map(({ id }) => id),
    [1, 2],
  );
});

test('a replaced worker that takes too long is killed', () => {
  const world = running(1, 2000, { workerDrainTimeoutMs: 5000 });
  world.happens({ type: 'reload', release: 2 });
  world.silent.add(1);
  world.passes(5000);
  assert.equal(names(world.effects).includes('kill'), false);
  world.passes(3000);
  assert.deepEqual(
    world.effects.filter((effect) => effect.do === 'kill').map(({ worker }) => worker),
    [1],
  );
});

for (const [limit, changed, over] of [
  ['max-requests', { maxRequests: 1000 }, (world: World) => (world.requests = 1100)],
  ['max-memory', { maxWorkerMemoryBytes: 100e6 }, (world: World) => (world.memoryBytes = 101e6)],
  ['max-lifetime', { maxWorkerLifetimeMs: 60_000 }, (world: World) => world.passes(66_000)],
] as const) {
  test(`${limit}: one worker after the other, and never two at once`, () => {
    const world = running(3, 2000, changed);
    over(world);
    world.passes(2000, ({ state }) => assert.ok(state.workers.length <= 4));
    world.requests = 0;
    world.memoryBytes = 50e6;
    world.passes(10_000);
    const deaths = world.effects.filter((effect) => effect.do === 'report-death');
    assert.ok(deaths.length >= 1);
    for (const { worker } of deaths) assert.equal(worker.life.reason, limit);
  });
}

test('no worker is recycled while another one is missing', () => {
  const world = running(2, 15_000, { maxRequests: 1000 });
  const [first] = world.ready();
  assert.ok(first);
  world.exit(first, crash);
  world.requests = 1100;
  for (const worker of world.ready()) world.report(worker);
  assert.equal(world.state.replacement, undefined);
});

test('fewer workers: those of the last slots go, when their slots lead to others', () => {
  const world = running(4);
  const effects = world.happens({ type: 'scale', workers: 1 });
  const each = (effect: string) => [effect, effect, effect];
  assert.deepEqual(names(effects), [
    ...each('point'),
    ...each('close-connections'),
    ...each('drain'),
    'report-ready-count',
  ]);
});

test('a stop drains those that serve, terminates those that do not yet, and kills the stalled', () => {
  const world = running(3);
  until(
    world,
    () => names(world.effects).includes('capture-stack'),
    () => passesWithoutStack(world, 1),
  );
  world.happens({ type: 'reload', release: 2 });
  const effects = world.happens({ type: 'stop' });
  assert.ok(names(effects).includes('report-reload-end'));
  assert.deepEqual(
    effects.filter((effect) => effect.do === 'drain').map(({ worker, isReplaced }) => [worker, isReplaced]),
    [
      [2, false],
      [3, false],
    ],
  );
  const told = (what: 'terminate' | 'kill') => effects.flatMap((effect) => (effect.do === what ? [effect.worker] : []));
  // The replacements of the stalled worker and of the first that is reloaded.
  assert.deepEqual(told('terminate'), [4, 5]);
  assert.deepEqual(told('kill'), [1]);
  for (const worker of world.state.workers) world.exit(worker, worker.isKilled ? killed : clean);
  assert.deepEqual(world.state.workers, []);
});

/** A quarter of a second in which one worker reports nothing, and its stack cannot be captured. */
function passesWithoutStack(world: World, silent: number): void {
  world.now += 250;
  for (const worker of world.ready()) if (worker.id !== silent) world.report(worker);
  world.happens({ type: 'tick' });
}
