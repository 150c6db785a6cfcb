// What a run of the benchmark has seen, and what follows from it. Pure.
import type { Goal } from './goals.ts';
import { ratios, type Spread, spread } from './statistics.ts';

export interface Sample {
  readonly case: string;
  readonly contender: string;
  readonly round: number;
  /** By name; the unit is in the name. */
  readonly values: Readonly<Record<string, number>>;
}

/** What values are read from. */
export interface Measured {
  readonly rounds: number;
  readonly samples: readonly Sample[];
}

export interface Results extends Measured {
  /** When it ended, UTC: `2026-01-31T23:59`. */
  readonly date: string;
  readonly seconds: number;
  readonly machine: Readonly<Record<string, string>>;
  /** Name → what it is. */
  readonly contenders: Readonly<Record<string, { readonly title: string; readonly about: string }>>;
  readonly cases: readonly { readonly name: string; readonly title: string; readonly kind: string }[];
  /** Who could not be measured, and why. */
  readonly failures: readonly { readonly case: string; readonly contender: string; readonly why: string }[];
}

/** @returns a value for each round; undefined where there is none, or where answers were wrong */
export function valuesOf(
  results: Measured,
  caseName: string,
  contender: string,
  value: string,
): (number | undefined)[] {
  const rounds: (number | undefined)[] = Array.from({ length: results.rounds });
  for (const sample of results.samples) {
    if (sample.case !== caseName || sample.contender !== contender) continue;
    rounds[sample.round - 1] = derive(results, sample, value);
  }
  return rounds;
}

function derive(results: Measured, sample: Sample, value: string): number | undefined {
  const { values } = sample;
  if (value === 'errorShare') {
    // A value of its own, and not one that errors disqualify.
    return (values.wrongShare ?? 0) + (values.failedShare ?? 0);
  }
  if (errorsOf(results, sample.case, sample.contender) > 0) return undefined;
  if (value === 'requestsPerCpuSecond')
    return values.cpuUsPerRequest === undefined ? undefined : 1e6 / values.cpuUsPerRequest;
  if (value === 'timesOneCore') {
    // A second core that is as well used as the first one would double it.
    const one = valuesOf(results, 'hello', sample.contender, 'cpuUsPerRequest')[sample.round - 1];
    return one === undefined || values.cpuUsPerRequest === undefined ? undefined : (2 * one) / values.cpuUsPerRequest;
  }
  return values[value];
}

/** @returns the highest share of requests in any round that were answered wrongly or not at all: who has any is not compared */
export function errorsOf(results: Measured, caseName: string, contender: string): number {
  const shares = results.samples
    .filter((sample) => sample.case === caseName && sample.contender === contender)
    .map(({ values }) => (values.wrongShare ?? 0) + (values.failedShare ?? 0));
  return Math.max(0, ...shares);
}

/** @returns how many times `against` the contender is, round by round; of values where less is better it is not turned round */
export function ratioOf(
  results: Measured,
  caseName: string,
  contender: string,
  against: string,
  value: string,
): Spread | undefined {
  return spread(ratios(valuesOf(results, caseName, contender, value), valuesOf(results, caseName, against, value)));
}

export function spreadOf(results: Measured, caseName: string, contender: string, value: string): Spread | undefined {
  return spread(valuesOf(results, caseName, contender, value).filter((one) => one !== undefined));
}

export interface Verdict {
  readonly goal: Goal;
  /** Undefined where it was not measured. */
  readonly seen: Spread | undefined;
  readonly isMet: boolean;
}

export function judge(results: Measured, goal: Goal): Verdict {
  const seen =
    goal.against === undefined
      ? spreadOf(results, goal.case, goal.contender, goal.value)
      : ratioOf(results, goal.case, goal.contender, goal.against, goal.value);
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal;
  return { goal, seen, isMet: seen !== undefined && seen.median >= atLeast && seen.median <= atMost };
}
