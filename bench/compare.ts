// Do two runs of the benchmark agree?
import { readRawResults } from './raw-results.ts';
import { withSpread } from './report.ts';
import { ratioOf } from './results.ts';
import { agree } from './statistics.ts';

/**
 * Prints each ratio of CPU time (this image / another contender) in which the two runs differ by more than their spread.
 * @param runs paths, or names in bench/raw
 * @returns the exit code: 0 if all ratios agree, else 1
 */
export function compareRuns(...runs: readonly [string, string]): number {
  const [a, b] = [readRawResults(runs[0]), readRawResults(runs[1])];
  let compared = 0;
  let apart = 0;
  for (const { name, title, kind } of a.cases) {
    if (kind !== 'load') continue;
    for (const other of Object.keys(a.contenders)) {
      if (other === 'ours') continue;
      const [first, second] = ([a, b] as const).map((results) =>
        ratioOf(results, name, 'ours', other, 'requestsPerCpuSecond'),
      );
      if (first === undefined || second === undefined) continue;
      compared += 1;
      if (agree(first, second)) continue;
      apart += 1;
      process.stdout.write(`${title}, ours / ${other}: ${withSpread(first)}, then ${withSpread(second)}\n`);
    }
  }
  process.stdout.write(`${compared - apart} of ${compared} ratios of CPU time agree within their spread\n`);
  return apart === 0 ? 0 : 1;
}
