import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observe, type Scaler, startScaler } from '../../rootfs/usr/local/lib/cluster/pool/decide/autoscale.ts';
import { seeded } from './support/pool-world.ts';

const policy = { minWorkers: 1, maxWorkers: 8, memoryBytes: 0 };
const minute = 60;

/**
 * A second for each sample. What is started takes a second to be ready.
 * @param load how many workers the load would fill at that second
 * @returns the number of workers at each second
 */
function run(
  seconds: number,
  load: (second: number) => number,
  from: Partial<Scaler> = {},
  workerBytes = 80e6,
): number[] {
  let scaler = { ...startScaler(policy, from.target ?? 1), ...from };
  let ready = scaler.target;
  return Array.from({ length: seconds }, (_, second) => {
    scaler = observe(scaler, {
      atMs: second * 1000,
      workers: ready,
      loopUtilisation: Math.min(1, load(second) / ready),
      memoryBytes: workerBytes * ready,
    });
    ready = scaler.target;
    return ready;
  });
}

function changes(workers: readonly number[]): number {
  return workers.filter((count, second) => second > 0 && count !== workers[second - 1]).length;
}

test('it grows within seconds under load, and as far as the load asks', () => {
  const workers = run(60, () => 4);
  assert.ok((workers[5] ?? 0) >= 2, `after 5 s: ${workers[5]}`);
  assert.ok((workers[25] ?? 0) >= 5, `after 25 s: ${workers[25]}`);
  // 4 workers' worth of work fill 6 workers to two thirds.
  assert.equal(workers.at(-1), 6);
  assert.ok(Math.max(...workers) <= 6);
});

test('it shrinks slowly, one worker at a time, to the minimum', () => {
  const workers = run(20 * minute, () => 0.02, { target: 4 });
  assert.equal(workers[55], 4);
  assert.equal(workers[70], 3);
  assert.equal(workers.at(-1), 1);
  assert.equal(changes(workers), 3);
});

test('it never leaves the range', () => {
  assert.equal(Math.max(...run(5 * minute, () => 100)), 8);
  assert.equal(Math.min(...run(60 * minute, () => 0)), 1);
});

for (const period of [4, 30]) {
  test(`a burst of two seconds changes nothing, every ${period} s`, () => {
    assert.equal(changes(run(120 * minute, (second) => (second % period < 2 ? 8 : 0))), 0);
  });
}

for (const period of [10, 20, 40, 60, 90, 120]) {
  test(`a square wave of ${period} s: it grows once and stays`, () => {
    const workers = run(120 * minute, (second) => (second % period < period / 2 ? 4 : 0.1));
    const shrunk = workers.filter((count, second) => second > 0 && count < (workers[second - 1] ?? 0)).length;
    assert.ok(shrunk <= 4, `it shrank ${shrunk} times in two hours`);
    assert.equal(workers.at(-1), 6);
  });
}

for (const period of [5, 10, 20]) {
  test(`a square wave of ${period} min: each time that it shrank too early, it waits for longer`, () => {
    const workers = run(12 * 60 * minute, (second) => (second % (period * minute) < (period * minute) / 2 ? 4 : 0.1));
    const waves = (12 * 60) / period;
    assert.ok(changes(workers) < waves * 3, `${changes(workers)} changes in ${waves} waves`);
  });
}

test('a noisy load that does not change settles', () => {
  const random = seeded(11);
  const workers = run(60 * minute, () => 2 + random());
  assert.ok(changes(workers.slice(5 * minute)) <= 3, `${changes(workers.slice(5 * minute))} changes`);
});

test('a slow swell is followed', () => {
  const workers = run(60 * minute, (second) => 2 + 1.9 * Math.sin((second / (30 * minute)) * 2 * Math.PI));
  assert.ok(Math.max(...workers) >= 5);
  assert.ok(changes(workers) <= 20, `${changes(workers)} changes`);
});

test('a recorded load, in bursts: it grows once, and stays while they go on', () => {
  const workers = run(30 * minute, (second) => 2 * (recorded[second % recorded.length] ?? 0));
  assert.ok((workers[2 * minute] ?? 0) >= 2, `after two minutes: ${workers[2 * minute]}`);
  assert.ok(changes(workers.slice(2 * minute)) <= 3, `${changes(workers.slice(2 * minute))} changes`);
});

test('the memory guard: no worker more than fits, with a tenth to spare', () => {
  const scaler = startScaler({ ...policy, memoryBytes: 1000e6 }, 1);
  const workers = run(5 * minute, () => 100, scaler, 200e6);
  assert.equal(Math.max(...workers), 4);
});

test('while workers are starting, nothing is decided', () => {
  let scaler = startScaler(policy, 4);
  for (let second = 0; second < 30; second += 1) {
    scaler = observe(scaler, { atMs: second * 1000, workers: 2, loopUtilisation: 1, memoryBytes: 0 });
  }
  assert.equal(scaler.target, 4);
});

/** What two workers were busy with, together, in each second: wrk for ten seconds, then twelve of calm, four times. */
const recorded = [
  0.7, 0.99, 0.53, 0.37, 0.98, 0.89, 0.93, 1.23, 0.89, 0.44, 0.04, 0, 0, 0, 0, 0, 0, 0, 0, 0.01, 0.13, 0.23, 0.94, 0.86,
  0.91, 1.15, 0.73, 1.01, 0.85, 0.69, 0.87, 0.7, 0, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, 0.22, 0.73, 0.5, 1.01, 0.94, 0.8,
  0.69, 0.65, 0.42, 0.71, 0.3, 0, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, 0, 0.52, 0.38, 0.44, 0.4, 0.99, 0.68, 0.82, 0.98, 0.77,
  0.48, 0.32, 0, 0, 0, 0, 0.01, 0.04, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];
