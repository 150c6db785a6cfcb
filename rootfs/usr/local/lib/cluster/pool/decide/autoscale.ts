// How many workers the load needs, between a minimum and a maximum. Pure: a sample a second in, a number out.
import { type GoneWorker, type PoolState, readyCount } from './state.ts';

/** The pool in the last second. */
export interface Sample {
  readonly atMs: number;
  /** Workers that were ready. */
  readonly workers: number;
  /** Mean utilisation of their event loops, 0 to 1. */
  readonly loopUtilisation: number;
  /** The memory of all of them together. */
  readonly memoryBytes: number;
}

export interface ScalePolicy {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** What the container may use; 0 if it is not known. */
  readonly memoryBytes: number;
}

export interface Scaler {
  readonly policy: ScalePolicy;
  readonly target: number;
  /** Of the longest time that a decision looks back, oldest first. */
  readonly samples: readonly Sample[];
  readonly grewAtMs: number;
  readonly shrankAtMs: number;
  /** A worker has to be superfluous for this time before it is ended; longer each time that it was needed again. */
  readonly shrinkDelayMs: number;
}

/** Above this utilisation requests wait for one another: more workers are needed. */
const highUtilisation = 0.75;
/** A worker is superfluous if the others would stay below this utilisation without it. */
const lowUtilisation = 0.5;
/** A burst of two seconds changes nothing. */
const highForMs = 3000;
/** New workers need this time to take their share. */
const growCooldownMs = 5000;
const minShrinkDelayMs = 60_000;
const maxShrinkDelayMs = 30 * 60_000;
/** A worker that was needed again within this time should not have been ended. */
const regrowWindowMs = 10 * 60_000;
const memoryLimit = 0.9;

/** @returns whether the policy leaves anything to decide */
export function isRange({ minWorkers, maxWorkers }: ScalePolicy): boolean {
  return minWorkers < maxWorkers;
}

/** @param target the number of workers at first */
export function startScaler(policy: ScalePolicy, target: number): Scaler {
  return {
    policy,
    target,
    samples: [],
    grewAtMs: Number.NEGATIVE_INFINITY,
    shrankAtMs: Number.NEGATIVE_INFINITY,
    shrinkDelayMs: minShrinkDelayMs,
  };
}

/** The sample of this moment, from the workers' last reports. */
export function sampleOf({ workers }: PoolState, now: number): Sample {
  const ready = workers.filter(({ life }) => life.name === 'ready');
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    atMs: now,
    workers: ready.length,
    loopUtilisation: sum(ready.map(({ report }) => report?.loopUtilisation ?? 0)) / Math.max(1, ready.length),
    memoryBytes: sum(ready.map(({ report }) => report?.memoryBytes ?? 0)),
  };
}

/** @returns the scaler after one more sample; its target is how many workers there should be */
export function observe(scaler: Scaler, sample: Sample): Scaler {
  const from = sample.atMs - scaler.shrinkDelayMs;
  const samples = [...scaler.samples.filter(({ atMs }) => atMs > from), sample];
  const next = { ...scaler, samples };
  const { minWorkers, maxWorkers } = scaler.policy;
  // Workers are still starting, or a crashed one is being replaced: these figures say little.
  if (sample.workers !== scaler.target) return next;
  if (scaler.target < maxWorkers && isOverloaded(next, sample) && hasMemory(next, sample)) return grow(next, sample);
  if (scaler.target > minWorkers && hasSuperfluousWorker(next, sample)) return shrink(next, sample);
  return next;
}

function isOverloaded({ samples, grewAtMs }: Scaler, { atMs }: Sample): boolean {
  if (atMs - grewAtMs < growCooldownMs) return false;
  const recent = samples.filter((sample) => sample.atMs > atMs - highForMs);
  const first = recent[0]?.atMs ?? atMs;
  return atMs - first >= highForMs / 2 && recent.every(({ loopUtilisation }) => loopUtilisation > highUtilisation);
}

/** Throughout the delay, one worker less would have been enough. */
function hasSuperfluousWorker(scaler: Scaler, { atMs, workers }: Sample): boolean {
  const { samples, shrinkDelayMs, grewAtMs, shrankAtMs } = scaler;
  const since = Math.max(grewAtMs, shrankAtMs, samples[0]?.atMs ?? atMs);
  // The oldest sample is younger than the window by up to the time between two.
  if (atMs - since < shrinkDelayMs - 2000) return false;
  return samples.every((sample) => (sample.loopUtilisation * sample.workers) / (workers - 1) < lowUtilisation);
}

/** There is memory for one more worker of the same size. */
function hasMemory({ policy }: Scaler, { memoryBytes, workers }: Sample): boolean {
  return policy.memoryBytes === 0 || memoryBytes * (1 + 1 / workers) < policy.memoryBytes * memoryLimit;
}

function grow(scaler: Scaler, { atMs, workers, loopUtilisation }: Sample): Scaler {
  const needed = Math.ceil((workers * loopUtilisation) / highUtilisation);
  const target = Math.min(scaler.policy.maxWorkers, Math.max(workers + 1, Math.min(needed, workers * 2)));
  const shrankTooEarly = atMs - scaler.shrankAtMs < regrowWindowMs;
  const shrinkDelayMs = shrankTooEarly ? Math.min(maxShrinkDelayMs, scaler.shrinkDelayMs * 2) : scaler.shrinkDelayMs;
  return { ...scaler, target, grewAtMs: atMs, shrinkDelayMs };
}

function shrink(scaler: Scaler, { atMs }: Sample): Scaler {
  const { shrankAtMs, grewAtMs, shrinkDelayMs: delayMs, target } = scaler;
  // The load has been steady for long: a shorter delay is enough again.
  const isSteady = atMs - shrankAtMs > 4 * delayMs && atMs - grewAtMs > 4 * delayMs;
  const shrinkDelayMs = isSteady ? Math.max(minShrinkDelayMs, delayMs / 2) : delayMs;
  return { ...scaler, target: target - 1, shrankAtMs: atMs, shrinkDelayMs };
}

/** @returns 'complete' when exactly the wanted workers run and are ready, the first of them that failed to start, or undefined */
export function scaleResultOf(state: PoolState): 'complete' | GoneWorker | undefined {
  const { workers, target, slots } = state;
  if (readyCount(state) === target && workers.length === target) return 'complete';
  return slots
    .slice(0, target)
    .find(({ last, starts, failuresInARow }) => starts === 1 && last !== undefined && failuresInARow > 0)?.last;
}
