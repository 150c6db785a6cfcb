// The results of a run, and values derived from them. Pure.
import type { Goal } from './goals.ts';
import { ratios, type Spread, spread } from './statistics.ts';

export interface Sample {
  readonly case: string;
  readonly contender: string;
  readonly round: number;
  /** Name → value; the unit is in the name. */
  readonly values: Readonly<Record<string, number>>;
}

/** What values are read from. */
interface Samples {
  readonly rounds: number;
  readonly samples: readonly Sample[];
}

export interface Results extends Samples {
  /** When the run ended, UTC: `2026-01-31T23:59:59`. */
  readonly date: string;
  readonly seconds: number;
  readonly machine: Readonly<Record<string, string>>;
  readonly contenders: Readonly<Record<string, { readonly title: string; readonly about: string }>>;
  readonly cases: readonly { readonly name: string; readonly title: string; readonly kind: string }[];
  /** What could not be measured, and why. */
  readonly failures: readonly { readonly case: string; readonly contender: string; readonly why: string }[];
}

/** @returns one value per round; undefined if it was not measured, or if a response was wrong */
export function valuesOf(results: Samples, caseName: string, contender: string, value: string): (number | undefined)[] {
  const rounds: (number | undefined)[] = Array.from({ length: results.rounds });
  for (const sample of results.samples) {
    if (sample.case !== caseName || sample.contender !== contender) continue;
    rounds[sample.round - 1] = derive(results, sample, value);
  }
  return rounds;
}

function derive(results: Samples, sample: Sample, value: string): number | undefined {
  const { values } = sample;
  if (value === 'errorShare') {
    // The only value that a wrong response does not disqualify.
    return (values.wrongShare ?? 0) + (values.failedShare ?? 0);
  }
  if (errorsOf(results, sample.case, sample.contender) > 0) return undefined;
  if (value === 'requestsPerCpuSecond')
    return values.cpuUsPerRequest === undefined ? undefined : 1e6 / values.cpuUsPerRequest;
  if (value === 'timesOneCore') {
    // Twice the throughput if a request takes no more CPU time than on one core.
    const one = valuesOf(results, 'hello', sample.contender, 'cpuUsPerRequest')[sample.round - 1];
    return one === undefined || values.cpuUsPerRequest === undefined ? undefined : (2 * one) / values.cpuUsPerRequest;
  }
  return values[value];
}

/** @returns the highest share of failed or wrong responses in any round: a contender with any is not compared */
export function errorsOf(results: Samples, caseName: string, contender: string): number {
  const shares = results.samples
    .filter((sample) => sample.case === caseName && sample.contender === contender)
    .map(({ values }) => (values.wrongShare ?? 0) + (values.failedShare ?? 0));
  return Math.max(0, ...shares);
}

/** @returns contender / `against`, round by round. For values where less is better, less than 1 is better. */
export function ratioOf(
  results: Samples,
  caseName: string,
  contender: string,
  against: string,
  value: string,
): Spread | undefined {
  return spread(ratios(valuesOf(results, caseName, contender, value), valuesOf(results, caseName, against, value)));
}

export function spreadOf(results: Samples, caseName: string, contender: string, value: string): Spread | undefined {
  return spread(valuesOf(results, caseName, contender, value).filter((one) => one !== undefined));
}

export interface Verdict {
  readonly goal: Goal;
  /** Undefined if it was not measured. */
  readonly measured: Spread | undefined;
  readonly isMet: boolean;
}

export function judge(results: Samples, goal: Goal): Verdict {
  const measured =
    goal.against === undefined
      ? spreadOf(results, goal.case, goal.contender, goal.value)
      : ratioOf(results, goal.case, goal.contender, goal.against, goal.value);
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal;
  return { goal, measured, isMet: measured !== undefined && measured.median >= atLeast && measured.median <= atMost };
}
