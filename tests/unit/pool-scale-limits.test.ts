// The exact figures at which the pool grows and shrinks, and what it reads from its own state.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isRange,
  observe,
  type Sample,
  type Scaler,
  sampleOf,
  scaleResultOf,
  startScaler,
} from '../../rootfs/usr/local/lib/cluster/pool/decide/autoscale.ts';
import type { PoolState } from '../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';
import { crash, World } from './support/pool-world.ts';

const policy = { minWorkers: 1, maxWorkers: 16, memoryBytes: 0 };
const minuteMs = 60_000;

/** Samples a second apart, the last one at `endMs`; as many workers as are wanted are ready in each. */
function after(scaler: Scaler, endMs: number, utilisations: readonly number[], more: Partial<Sample> = {}): Scaler {
  return utilisations.reduce((before, loopUtilisation, index) => {
    const atMs = endMs - 1000 * (utilisations.length - 1 - index);
    return observe(before, { atMs, workers: before.target, loopUtilisation, memoryBytes: 0, ...more });
  }, scaler);
}

const seconds = (count: number, utilisation: number): number[] => Array.from({ length: count }, () => utilisation);

test('a new scaler keeps what it was given, and looks back a minute', () => {
  const { target, samples, shrinkDelayMs } = startScaler(policy, 3);
  assert.deepEqual({ target, samples, shrinkDelayMs }, { target: 3, samples: [], shrinkDelayMs: minuteMs });
});

test('there is something to decide only within a range', () => {
  assert.equal(isRange({ ...policy, minWorkers: 2, maxWorkers: 3 }), true);
  assert.equal(isRange({ ...policy, minWorkers: 3, maxWorkers: 3 }), false);
});

test('it grows in the third second above three quarters', () => {
  assert.equal(after(startScaler(policy, 4), 2000, [0.76, 0.76]).target, 4);
  assert.equal(after(startScaler(policy, 4), 2000, [0.76, 0.76, 0.76]).target, 5);
  assert.equal(
    after(startScaler(policy, 4), 9000, [0.75, 0.75, 0.75, 0.75]).target,
    4,
    'three quarters are not too much',
  );
  assert.equal(after(startScaler(policy, 4), 9000, [0.76, 0.7, 0.76, 0.76]).target, 4, 'within three seconds');
  assert.equal(after(startScaler(policy, 4), 9000, [0.7, 0.76, 0.76, 0.76]).target, 5, 'before them');
});

test('two samples a second and a half apart are enough', () => {
  const sample = { workers: 4, loopUtilisation: 1, memoryBytes: 0 };
  const at = (...times: number[]) =>
    times.reduce((scaler, atMs) => observe(scaler, { ...sample, atMs }), startScaler(policy, 4)).target;
  assert.equal(at(0, 1499), 4);
  assert.equal(at(0, 1500), 6);
});

test('it grows as far as brings the workers below three quarters, within the range', () => {
  assert.equal(after(startScaler(policy, 4), 2000, [1, 1, 1]).target, 6);
  assert.equal(after(startScaler(policy, 9), 2000, [1, 1, 1]).target, 12);
  assert.equal(after(startScaler({ ...policy, maxWorkers: 5 }, 4), 2000, [1, 1, 1]).target, 5);
  const full = after(startScaler({ ...policy, maxWorkers: 4 }, 4), 2000, [1, 1, 1]);
  assert.deepEqual([full.target, full.grewAtMs], [4, Number.NEGATIVE_INFINITY]);
});

test('new workers get five seconds to take their share', () => {
  const grown = { ...startScaler(policy, 4), grewAtMs: 10_000 };
  assert.equal(after(grown, 14_999, [1, 1, 1]).target, 4);
  assert.equal(after(grown, 15_000, [1, 1, 1]).target, 6);
});

test('it grows only if one worker more leaves a tenth of the memory', () => {
  const grown = (memoryBytes: number) =>
    after(startScaler({ ...policy, memoryBytes: 1000 }, 4), 2000, [1, 1, 1], { memoryBytes }).target;
  assert.equal(grown(719), 6);
  assert.equal(grown(720), 4, 'five of 180 are 900');
});

test('while fewer or more workers are ready than wanted, it only watches', () => {
  for (const workers of [3, 5]) {
    const watched = after(startScaler(policy, 4), 2000, [1, 1, 1], { workers });
    assert.equal(watched.target, 4);
    assert.equal(watched.samples.length, 3);
  }
});

test('it shrinks by one when the others would have been below a half for a minute', () => {
  const idle = (count: number, utilisation: number) =>
    after(startScaler(policy, 4), count * 1000, seconds(count, utilisation)).target;
  assert.equal(idle(58, 0.37), 4);
  assert.equal(idle(59, 0.37), 3);
  assert.equal(idle(59, 0.375), 4, 'three workers would be at a half');
  assert.equal(after(startScaler(policy, 4), 59_000, [0.4, ...seconds(58, 0.1)]).target, 4, 'one busy second');
  assert.equal(after(startScaler(policy, 4), 60_000, [0.4, ...seconds(60, 0.1)]).target, 3, 'more than a minute ago');
  assert.equal(after(startScaler({ ...policy, minWorkers: 4 }, 4), 59_000, seconds(59, 0)).target, 4, 'the minimum');
});

test('growing and shrinking both begin the minute anew', () => {
  for (const changed of [{ grewAtMs: 100_000 }, { shrankAtMs: 100_000 }]) {
    const scaler = { ...startScaler(policy, 4), ...changed };
    assert.equal(after(scaler, 157_000, seconds(60, 0)).target, 4);
    const shrunk = after(scaler, 158_000, seconds(60, 0));
    assert.deepEqual([shrunk.target, shrunk.shrankAtMs], [3, 158_000]);
  }
});

test('a worker that is needed again within ten minutes doubles the delay, up to half an hour', () => {
  const delayAfter = (shrankAtMs: number, shrinkDelayMs: number) =>
    after({ ...startScaler(policy, 4), shrankAtMs, shrinkDelayMs }, 20 * minuteMs, [1, 1, 1]).shrinkDelayMs;
  assert.equal(delayAfter(10 * minuteMs + 1, minuteMs), 2 * minuteMs);
  assert.equal(delayAfter(10 * minuteMs, minuteMs), minuteMs);
  assert.equal(delayAfter(15 * minuteMs, 20 * minuteMs), 30 * minuteMs);
});

test('after four times the delay without a change half of it is enough, down to a minute', () => {
  const delayAfter = (changes: Partial<Scaler>) => {
    const delayMs = changes.shrinkDelayMs ?? 4 * minuteMs;
    const scaler = { ...startScaler(policy, 4), shrinkDelayMs: delayMs, ...changes };
    const shrunk = after(scaler, 60 * minuteMs, seconds(delayMs / 1000 - 1, 0));
    assert.equal(shrunk.target, 3);
    return shrunk.shrinkDelayMs;
  };
  assert.equal(delayAfter({}), 2 * minuteMs);
  assert.equal(delayAfter({ grewAtMs: 44 * minuteMs }), 4 * minuteMs);
  assert.equal(delayAfter({ shrankAtMs: 44 * minuteMs }), 4 * minuteMs);
  assert.equal(delayAfter({ grewAtMs: 44 * minuteMs - 1, shrankAtMs: 44 * minuteMs - 1 }), 2 * minuteMs);
  assert.equal(delayAfter({ shrinkDelayMs: 1.5 * minuteMs }), minuteMs);
});

test('a sample is of the ready workers, by their last reports', () => {
  const world = new World({ workers: 3, policy: { slots: 3 } });
  assert.deepEqual(sampleOf(world.state, 5), { atMs: 5, workers: 0, loopUtilisation: 0, memoryBytes: 0 });
  world.happens({ type: 'ready', worker: 1 });
  assert.deepEqual(sampleOf(world.state, 5), { atMs: 5, workers: 1, loopUtilisation: 0, memoryBytes: 0 });
  world.happens({ type: 'ready', worker: 2 });
  for (const worker of world.ready()) world.report(worker);
  const { workers, loopUtilisation, memoryBytes } = sampleOf(world.state, 5);
  assert.deepEqual({ workers, loopUtilisation, memoryBytes }, { workers: 2, loopUtilisation: 0.1, memoryBytes: 100e6 });
});

test('scaling is complete when exactly the wanted workers are ready, and fails with the first that does not start', () => {
  const world = new World({ workers: 1, policy: { slots: 3 } });
  assert.equal(scaleResultOf(world.state), undefined);
  world.passes(15_000);
  assert.equal(scaleResultOf(world.state), 'complete');
  world.happens({ type: 'scale', workers: 2 });
  assert.equal(scaleResultOf(world.state), undefined, 'the second is starting');
  const [second] = world.in('starting');
  assert.ok(second);
  world.exit(second, crash);
  const failed = scaleResultOf(world.state);
  assert.equal(typeof failed === 'object' ? failed.id : failed, second.id);
  world.passes(2000);
  assert.equal(scaleResultOf(world.state), 'complete', 'the next one stayed up');
  world.happens({ type: 'scale', workers: 1 });
  assert.equal(scaleResultOf(world.state), undefined, 'the second is still there');
  world.passes(1000);
  assert.equal(scaleResultOf(world.state), 'complete', 'what failed in a slot that is not wanted does not count');
});

test('only a slot whose first worker failed ends the scaling', () => {
  const world = new World({ workers: 2, policy: { slots: 3 } });
  const [first] = world.in('starting');
  assert.ok(first);
  const last = { ...first, life: { name: 'gone', since: 0, reason: 'crashed', exit: crash } } as const;
  const resultOf = (changed: Partial<PoolState['slots'][number]>, slot = 1) =>
    scaleResultOf({
      ...world.state,
      slots: world.state.slots.map((old, index) => (index === slot ? { ...old, ...changed } : old)),
    });
  assert.equal(resultOf({ starts: 1, last, failuresInARow: 1 }), last);
  assert.equal(resultOf({ starts: 2, last, failuresInARow: 1 }), undefined, 'it is tried again');
  assert.equal(resultOf({ starts: 1, last, failuresInARow: 0 }), undefined, 'it had been up for long');
  assert.equal(resultOf({ starts: 1, last: undefined, failuresInARow: 1 }), undefined);
  assert.equal(resultOf({ starts: 1, last, failuresInARow: 1 }, 2), undefined, 'a slot that is not wanted');
});
