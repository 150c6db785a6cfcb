import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stackTimeoutMs } from '../../rootfs/usr/local/lib/cluster/pool/decide/stall.ts';
import type { Effect } from '../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';
import { clean, crash, killed, policy, World } from './support/pool-world.ts';

const names = (effects: readonly Effect[]) => effects.map((effect) => effect.do);

/** Lets time pass until something has happened, which it does within seconds. */
function passUntil(hasHappened: () => boolean, pass: () => void): void {
  for (let turns = 0; !hasHappened(); turns += 1) {
    assert.ok(turns < 100, 'it does not happen');
    pass();
  }
}

/** A moment in which one worker says nothing, and nobody can look at its stack. */
function isSilent(world: World, worker: number): void {
  world.now += 250;
  for (const other of world.ready()) if (other.id !== worker) world.report(other);
  world.happens({ type: 'tick' });
}

/** A pool whose workers are all ready, for so long. */
function running(workers: number, forMs = 2000, changed: Partial<typeof policy> = {}): World {
  const world = new World({ workers, policy: { slots: workers, ...changed } });
  world.passes(forMs);
  world.effects.length = 0;
  return world;
}

test('the first worker starts alone, the others when it is ready, and every slot leads to it until then', () => {
  const world = new World({ workers: 3, policy: { slots: 4 } });
  assert.deepEqual(names(world.effects), ['fork']);
  const effects = world.happens({ type: 'ready', worker: 1 });
  assert.deepEqual(names(effects), ['point', 'point', 'point', 'point', 'fork', 'fork', 'tell-ready-count']);
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
    { do: 'shed', worker: second.id },
  ]);
});

test('slots without a worker of their own are shared out evenly', () => {
  const world = new World({ workers: 3, policy: { slots: 8 } });
  world.passes(1000);
  const led = [1, 2, 3].map((id) => world.state.slots.filter(({ leadsTo }) => leadsTo === id).length);
  assert.deepEqual(led.toSorted(), [2, 3, 3]);
});

test('a worker that crashes loses its slot in the same step, and is replaced', () => {
  const world = running(2, 15_000);
  const [first] = world.ready();
  assert.ok(first);
  const effects = world.happens({ type: 'exited', worker: first.id, exit: crash });
  assert.deepEqual(names(effects), ['tell-death', 'point', 'fork', 'tell-ready-count']);
});

test('a stalled worker: slot handed over and replacement started at once, killed when its stack is known', () => {
  const world = running(2);
  const [first] = world.ready();
  assert.ok(first);
  world.silent.add(first.id);
  const before = world.now;
  passUntil(
    () => world.effects.length > 0,
    () => world.passes(250),
  );
  assert.ok(world.now - before <= policy.stallTimeoutMs + 250);
  assert.deepEqual(names(world.effects), [
    'capture-stack',
    'point',
    'fork',
    'tell-ready-count',
    'kill',
    'point',
    'shed',
    'tell-ready-count',
  ]);
  world.passes(250);
  const death = world.effects.find((effect) => effect.do === 'tell-death');
  assert.equal(death?.worker.life.reason, 'stalled');
  assert.equal(death?.stack, 'work (/app/main.ts:1:1)');
});

test('a stalled worker whose stack cannot be had is killed after a second', () => {
  const world = running(2);
  const [first] = world.ready();
  assert.ok(first);
  const silence = () => isSilent(world, first.id);
  passUntil(() => names(world.effects).includes('capture-stack'), silence);
  const stalledAt = world.now;
  passUntil(() => names(world.effects).includes('kill'), silence);
  assert.equal(world.now - stalledAt, stackTimeoutMs);
});

test('where no worker serves, the slots lead to where connections wait, until one does', () => {
  const world = running(1);
  for (let ms = 0; ms < policy.stallTimeoutMs; ms += 250) {
    world.now += 250;
    world.happens({ type: 'tick' });
  }
  assert.deepEqual(names(world.effects), ['capture-stack', 'point', 'fork', 'tell-ready-count']);
  assert.deepEqual(world.effects[1], { do: 'point', slot: 0, worker: undefined });
  world.effects.length = 0;
  world.happens({ type: 'stack', worker: 1, stack: undefined });
  world.happens({ type: 'ready', worker: 2 });
  assert.deepEqual(names(world.effects), ['kill', 'point', 'tell-ready-count']);
  assert.deepEqual(world.effects[1], { do: 'point', slot: 0, worker: 2 });
});

test('when the primary itself stood still, nobody is blamed for his silence', () => {
  const world = running(2);
  world.now += 3_600_000;
  world.happens({ type: 'tick' });
  for (const worker of world.ready()) world.report(worker);
  world.passes(10_000);
  assert.deepEqual(world.effects, []);
});

test('a stall timeout of 0 watches nobody', () => {
  const world = running(2, 2000, { stallTimeoutMs: 0 });
  for (const { id } of world.ready()) world.silent.add(id);
  world.passes(600_000);
  assert.deepEqual(world.effects, []);
});

test('a reload: the new worker takes the slot, and the old one is drained when that has stayed up', () => {
  const world = running(1);
  world.happens({ type: 'reload', release: 2 });
  assert.deepEqual(names(world.effects), ['fork', 'tell-step']);
  world.happens({ type: 'ready', worker: 2 });
  assert.deepEqual(names(world.effects).slice(2), ['point', 'give-way', 'tell-ready-count']);
  world.now += policy.reloadSettleMs - 1;
  world.happens({ type: 'tick' });
  assert.equal(world.effects.length, 5);
  world.now += 1;
  world.happens({ type: 'tick' });
  assert.deepEqual(world.effects.at(-2), { do: 'drain', worker: 1, isReplaced: true });
  assert.deepEqual(names(world.happens({ type: 'exited', worker: 1, exit: clean })), [
    'tell-death',
    'tell-step',
    'tell-rolled',
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
    effects.filter((effect) => effect.do === 'give-way'),
    [{ do: 'give-way', worker: 1, isGivingWay: false }],
  );
  const told = effects.find((effect) => effect.do === 'tell-rolled');
  assert.deepEqual([told?.isComplete, told?.failed?.id], [false, 3]);
  world.passes(60_000);
  assert.deepEqual(
    world.ready().map(({ id }) => id),
    [1, 2],
  );
});

test('a replaced worker that takes too long is killed', () => {
  const world = running(1, 2000, { drainTimeoutMs: 5000 });
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
  ['max-memory', { maxMemoryBytes: 100e6 }, (world: World) => (world.memoryBytes = 101e6)],
  ['max-lifetime', { maxLifetimeMs: 60_000 }, (world: World) => world.passes(66_000)],
] as const) {
  test(`${limit}: one worker after the other, and never two at once`, () => {
    const world = running(3, 2000, changed);
    over(world);
    world.passes(2000, ({ state }) => assert.ok(state.workers.length <= 4));
    world.requests = 0;
    world.memoryBytes = 50e6;
    world.passes(10_000);
    const deaths = world.effects.filter((effect) => effect.do === 'tell-death');
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
  assert.deepEqual(names(effects), [...each('point'), ...each('give-way'), ...each('drain'), 'tell-ready-count']);
});

test('a stop drains those that serve, terminates those that do not yet, and kills the stalled', () => {
  const world = running(3);
  passUntil(
    () => names(world.effects).includes('capture-stack'),
    () => isSilent(world, 1),
  );
  world.happens({ type: 'reload', release: 2 });
  const effects = world.happens({ type: 'stop' });
  assert.ok(names(effects).includes('tell-rolled'));
  assert.deepEqual(
    effects.filter((effect) => effect.do === 'drain').map(({ worker, isReplaced }) => [worker, isReplaced]),
    [
      [2, false],
      [3, false],
    ],
  );
  const those = (what: 'terminate' | 'kill') =>
    effects.flatMap((effect) => (effect.do === what ? [effect.worker] : []));
  // In the place of the stalled one, and of the first that is reloaded.
  assert.deepEqual(those('terminate'), [4, 5]);
  assert.deepEqual(those('kill'), [1]);
  for (const worker of world.state.workers) world.exit(worker, worker.isKilled ? killed : clean);
  assert.deepEqual(world.state.workers, []);
});
