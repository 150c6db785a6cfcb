// Workers that are replaced while they serve: by a reload, at a limit, and when the app asks for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';
import { crash, later, running, until, World } from './support/pool-world.ts';

const names = (effects: readonly Effect[]) => effects.map((effect) => effect.do);
const deaths = (world: World) => world.effects.filter((effect) => effect.do === 'report-death');

const reasonToReplace = (world: World) => world.state.replacement?.reason;

test('an app that asks for its end is replaced by a new worker first', () => {
  const world = running(1);
  assert.deepEqual(names(world.happens({ type: 'retire', worker: 1 })), ['fork']);
  world.passes(3000);
  assert.deepEqual(
    deaths(world).map(({ worker }) => [worker.id, worker.life.reason]),
    [[1, 'retired']],
  );
  assert.deepEqual(
    world.ready().map(({ id, release }) => [id, release]),
    [[2, 1]],
  );
});

test('a slot that was given up and is wanted again keeps one of its two workers', () => {
  const world = running(2);
  world.happens({ type: 'reload', release: 2 });
  until(world, () => world.state.replacement?.slot === 1);
  world.happens({ type: 'scale', workers: 1 });
  world.happens({ type: 'scale', workers: 2 });
  world.passes(10_000);
  assert.deepEqual(
    world
      .ready()
      .map(({ slot }) => slot)
      .toSorted(),
    [0, 1],
  );
  assert.equal(world.state.workers.length, 2);
  assert.deepEqual([...new Set(world.ready().map(({ release }) => release))], [2]);
});

test('a limit is exceeded by up to a tenth, each worker by its own part of it', () => {
  for (const [random, requests] of [
    [0, 1000],
    [1, 1100],
  ] as const) {
    const world = new World({ workers: 1, policy: { slots: 1, maxRequests: 1000 }, random: () => random });
    world.passes(1000);
    world.requests = requests - 1;
    world.passes(1000);
    assert.equal(reasonToReplace(world), undefined);
    world.requests = requests;
    world.passes(500);
    assert.equal(reasonToReplace(world), 'max-requests');
  }
});

test('a lifetime is exceeded by up to a tenth, memory not at all', () => {
  const old = new World({ workers: 1, policy: { slots: 1, maxWorkerLifetimeMs: 60_000 }, random: () => 1 });
  old.passes(65_750);
  assert.equal(reasonToReplace(old), undefined);
  old.passes(250);
  assert.equal(reasonToReplace(old), 'max-lifetime');
  const large = running(1, 2000, { maxWorkerMemoryBytes: 100e6 });
  large.memoryBytes = 100e6;
  large.passes(500);
  assert.equal(reasonToReplace(large), undefined);
  large.memoryBytes += 1;
  large.passes(500);
  assert.equal(reasonToReplace(large), 'max-memory');
});

test('a limit of 0 is none', () => {
  const world = running(1);
  world.memoryBytes = 1e12;
  world.requests = 1e9;
  world.passes(3_600_000);
  assert.deepEqual(world.effects, []);
});

test('recycling that fails is tried again, later each time, and the old worker serves on', () => {
  const world = running(1, 15_000, { maxRequests: 100 });
  world.requests = 200;
  const waits: number[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const from = world.now;
    until(
      world,
      () => world.state.replacement !== undefined,
      () => later(world, 10),
    );
    waits.push(world.now - from);
    world.exit(world.in('starting')[0] ?? assert.fail(), crash);
    assert.equal(world.state.slots[0]?.leadsTo, 1);
  }
  assert.ok((waits[0] ?? 0) <= 10, String(waits));
  assert.ok((waits[1] ?? 0) >= 100 && (waits[1] ?? 0) <= 120, String(waits));
  assert.ok((waits[2] ?? 0) >= 200 && (waits[2] ?? 0) <= 220, String(waits));
  assert.ok(deaths(world).every(({ replacedInMs }) => replacedInMs === undefined));
});

test('a reload reports each slot, and ends when each runs the new release', () => {
  const world = running(2);
  world.happens({ type: 'reload', release: 2 });
  world.passes(10_000);
  assert.deepEqual(
    world.effects.flatMap((effect) =>
      effect.do === 'report-reload-step' ? [[effect.step, effect.slot, effect.worker, effect.done, effect.of]] : [],
    ),
    [
      ['starting', 0, 3, 0, 2],
      ['replaced', 0, 3, 1, 2],
      ['starting', 1, 4, 1, 2],
      ['replaced', 1, 4, 2, 2],
    ],
  );
  assert.deepEqual(
    world.effects.filter((effect) => effect.do === 'report-reload-end'),
    [{ do: 'report-reload-end', isComplete: true, failed: undefined }],
  );
  assert.deepEqual(new Set(deaths(world).map(({ worker }) => worker.life.reason)), new Set(['reload']));
  assert.deepEqual(
    world.state.slots.map(({ release }) => release),
    [2, 2],
  );
});

test('slots that are not wanted run the new release when they are', () => {
  const world = new World({ workers: 1, policy: { slots: 2 } });
  world.passes(2000);
  world.happens({ type: 'reload', release: 2 });
  world.passes(5000);
  world.happens({ type: 'scale', workers: 2 });
  world.passes(1000);
  assert.deepEqual(
    world.ready().map(({ slot, release }) => [slot, release]),
    [
      [0, 2],
      [1, 2],
    ],
  );
});

test('what a replaced worker exits with says nothing: it was asked to', () => {
  const world = running(1);
  world.happens({ type: 'reload', release: 2 });
  world.silent.add(1);
  world.passes(2000);
  const effects = world.happens({ type: 'exited', worker: 1, exit: crash });
  const death = effects.find((effect) => effect.do === 'report-death');
  assert.deepEqual([death?.worker.life.reason, death?.replacedInMs], ['reload', undefined]);
  assert.equal(world.in('starting').length, 0);
});

test('of two workers in a slot without a replacement, the one that the slot leads to is kept', () => {
  const world = running(2);
  world.happens({ type: 'reload', release: 2 });
  until(world, () => world.state.replacement?.slot === 1);
  const incoming = world.state.replacement?.incoming ?? assert.fail();
  world.happens({ type: 'ready', worker: incoming });
  const [other] = world.ready().filter(({ slot }) => slot === 0);
  world.happens({ type: 'closed', worker: other?.id ?? assert.fail() });
  // The slot is not wanted any more, so neither is its replacement; but no other worker serves.
  const effects = world.happens({ type: 'scale', workers: 1 });
  assert.deepEqual(
    effects.filter((effect) => effect.do === 'drain'),
    [{ do: 'drain', worker: 2, isReplaced: true }],
  );
  assert.ok(world.ready().some(({ id }) => id === incoming));
});

test('an old worker that crashes while its successor is on trial leaves the slot to it', () => {
  const world = running(1);
  world.happens({ type: 'reload', release: 2 });
  world.happens({ type: 'ready', worker: 2 });
  world.exit(world.ready()[0] ?? assert.fail(), crash);
  assert.equal(deaths(world)[0]?.replacedInMs, undefined);
  assert.equal(world.state.slots[0]?.failuresInARow, 0);
  world.passes(3000);
  assert.deepEqual(
    world.ready().map(({ id, release }) => [id, release]),
    [[2, 2]],
  );
});

test('a successor that crashes when its trial is over is replaced like any worker', () => {
  const world = running(1);
  world.silent.add(1);
  world.happens({ type: 'reload', release: 2 });
  world.passes(2500);
  assert.equal(world.state.replacement?.hasSettled, true);
  world.exit(world.ready()[0] ?? assert.fail(), crash);
  assert.equal(deaths(world)[0]?.replacedInMs, 100);
  assert.equal(world.state.replacement, undefined);
  world.passes(1000);
  assert.deepEqual(
    world.ready().map(({ release }) => release),
    [2],
  );
});

test('old and new worker that crash both count as one failure, and a third is started', () => {
  const world = running(2);
  world.happens({ type: 'retire', worker: 1 });
  world.exit(world.ready()[0] ?? assert.fail(), crash);
  world.exit(world.in('starting')[0] ?? assert.fail(), crash);
  assert.deepEqual(
    deaths(world).map(({ worker, replacedInMs }) => [worker.id, replacedInMs]),
    [
      [1, undefined],
      [3, 100],
    ],
  );
  world.passes(1000);
  assert.equal(world.ready().length, 2);
});
