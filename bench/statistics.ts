// Medians, spreads, ratios, percentiles. Pure.
import { build } from 'hdr-histogram-js';

/** The mean of the two middle values if their number is even. NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** A median with the lowest and the highest value. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** @returns undefined without values */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/**
 * The ratios of two contenders, round by round: both values of a round are from about the same time, so a drift of the
 * machine's speed cancels out.
 * @param a,b one value per round, undefined if it was not measured
 */
export function ratios(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): number[] {
  return a.flatMap((value, round) => {
    const other = b[round];
    return value === undefined || other === undefined || other === 0 ? [] : [value / other];
  });
}

/** Two runs agree if their ranges overlap. */
export function agree(a: Spread, b: Spread): boolean {
  return a.low <= b.high && b.low <= a.high;
}

/** Response times, in milliseconds. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/**
 * @param durationsUs of each request, in microseconds
 * @param intervalUs the intended time between two requests of one client, if clients wait for a response before they send
 *   the next request. Corrects for coordinated omission, as HdrHistogram does: the requests that a waiting client should have
 *   sent are counted as having waited too.
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
