// Numbers about numbers. Pure.
import { build } from 'hdr-histogram-js';

/** Of an even number of values, the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** A median and the lowest and the highest of what it is the median of. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** @returns undefined of no values */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/**
 * Two contenders, measured in turns: each round's ratio is of two values that lie next to each other in time, so that a
 * machine whose speed drifts does not show.
 * @param a,b one value a round, undefined where a contender was not measured
 */
export function ratios(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): number[] {
  return a.flatMap((value, round) => {
    const other = b[round];
    return value === undefined || other === undefined || other === 0 ? [] : [value / other];
  });
}

/** Two runs agree where what they saw overlaps. */
export function agree(a: Spread, b: Spread): boolean {
  return a.low <= b.high && b.low <= a.high;
}

/** What requests at a fixed rate took, in milliseconds. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/**
 * @param durationsUs of each request, in microseconds
 * @param intervalUs where clients wait for an answer before they send again: between two requests of one client, by the rate
 *   that was asked for. Corrects for coordinated omission, as HdrHistogram does: what a client should have sent while it
 *   waited is counted as having waited, too.
 */
export function latencyOf(durationsUs: Iterable<number>, intervalUs = 0): Latency {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (const duration of durationsUs) histogram.recordValueWithExpectedInterval(Math.max(1, duration), intervalUs);
  const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  return { p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9), maxMs: histogram.maxValue / 1000 };
}
