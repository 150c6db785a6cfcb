// How many workers the load wants, between a minimum and a maximum. Pure: a sample a second in, a number out.
import type { PoolState } from './state.ts';

/** How the pool was in the last second. */
export interface Sample {
  readonly atMs: number;
  /** Workers that were ready. */
  readonly workers: number;
  /** Mean of their event loops' utilisation, 0 to 1. */
  readonly loopUtilisation: number;
  /** What all of them hold together. */
  readonly memoryBytes: number;
}

export interface ScalePolicy {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** What the container may use; 0 where it is not known. */
  readonly memoryBytes: number;
}

export interface Scaler {
  readonly policy: ScalePolicy;
  readonly target: number;
  /** Of the longest time that a decision looks back, oldest first. */
  readonly samples: readonly Sample[];
  readonly grewAtMs: number;
  readonly shrankAtMs: number;
  /** So long it has to be calm before a worker is ended; longer after each time that it was needed again. */
  readonly calmMs: number;
}

/** Above this, requests wait for one another: there ought to be more. */
const busy = 0.75;
/** Below this, with one worker less, there is no hurry. */
const calm = 0.5;
/** A burst of two seconds is none of our business. */
const busyForMs = 3000;
/** What was started needs this time to take its share. */
const growCooldownMs = 5000;
const shortestCalmMs = 60_000;
const longestCalmMs = 30 * 60_000;
/** A worker that was needed again within this time should have stayed. */
const regretMs = 10 * 60_000;
const memoryLimit = 0.9;

export function startScaler(policy: ScalePolicy, target: number): Scaler {
  return {
    policy,
    target,
    samples: [],
    grewAtMs: Number.NEGATIVE_INFINITY,
    shrankAtMs: Number.NEGATIVE_INFINITY,
    calmMs: shortestCalmMs,
  };
}

/** How the pool is, by what its workers told last. */
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

/** @returns the scaler after one more sample; its target is how many workers there are to be */
export function observe(scaler: Scaler, sample: Sample): Scaler {
  const from = sample.atMs - scaler.calmMs;
  const samples = [...scaler.samples.filter(({ atMs }) => atMs > from), sample];
  const seen = { ...scaler, samples };
  const { minWorkers, maxWorkers } = scaler.policy;
  // Others are still starting, or a crash is being mended: what is measured now says little.
  if (sample.workers !== scaler.target) return seen;
  if (scaler.target < maxWorkers && isBusy(seen, sample) && hasMemory(seen, sample)) return grow(seen, sample);
  if (scaler.target > minWorkers && isCalm(seen, sample)) return shrink(seen, sample);
  return seen;
}

function isBusy({ samples, grewAtMs }: Scaler, { atMs }: Sample): boolean {
  if (atMs - grewAtMs < growCooldownMs) return false;
  const recent = samples.filter((sample) => sample.atMs > atMs - busyForMs);
  const first = recent[0]?.atMs ?? atMs;
  return atMs - first >= busyForMs / 2 && recent.every(({ loopUtilisation }) => loopUtilisation > busy);
}

/** Never, in all of the time looked at, would one worker less have been busy. */
function isCalm({ samples, calmMs, grewAtMs, shrankAtMs }: Scaler, { atMs, workers }: Sample): boolean {
  const since = Math.max(grewAtMs, shrankAtMs, samples[0]?.atMs ?? atMs);
  // The oldest sample is younger than the window by up to the time between two.
  if (atMs - since < calmMs - 2000) return false;
  return samples.every((sample) => (sample.loopUtilisation * sample.workers) / (workers - 1) < calm);
}

/** One more worker like these has room. */
function hasMemory({ policy }: Scaler, { memoryBytes, workers }: Sample): boolean {
  return policy.memoryBytes === 0 || memoryBytes * (1 + 1 / workers) < policy.memoryBytes * memoryLimit;
}

function grow(scaler: Scaler, { atMs, workers, loopUtilisation }: Sample): Scaler {
  const wanted = Math.ceil((workers * loopUtilisation) / busy);
  const target = Math.min(scaler.policy.maxWorkers, Math.max(workers + 1, Math.min(wanted, workers * 2)));
  const isRegretted = atMs - scaler.shrankAtMs < regretMs;
  const calmMs = isRegretted ? Math.min(longestCalmMs, scaler.calmMs * 2) : scaler.calmMs;
  return { ...scaler, target, grewAtMs: atMs, calmMs };
}

function shrink(scaler: Scaler, { atMs }: Sample): Scaler {
  // What was right for long enough is forgotten: half the patience is enough again.
  const isForgiven = atMs - scaler.shrankAtMs > 4 * scaler.calmMs && atMs - scaler.grewAtMs > 4 * scaler.calmMs;
  const calmMs = isForgiven ? Math.max(shortestCalmMs, scaler.calmMs / 2) : scaler.calmMs;
  return { ...scaler, target: scaler.target - 1, shrankAtMs: atMs, calmMs };
}
