// Has this image become slower? It is compared with a hand-written nginx and Node in the same run, so the machine's speed cancels out.
import { say } from '../tools/command.ts';
import { withSpread } from './report.ts';
import { type Results, ratioOf } from './results.ts';

/** The lowest ratios of CPU time that pass: past results minus the spread of short runs on shared machines. */
export const bounds = [
  { case: 'hello', against: 'featured', atLeast: 0.8 },
  { case: 'fortunes', against: 'featured', atLeast: 0.85 },
  { case: 'file-10k', against: 'tuned', atLeast: 0.7 },
] as const;

/** @returns the exit code: 0, or 1 if a ratio is too low or was not measured */
export function guard(results: Results): number {
  const verdicts = bounds.map(({ case: name, against, atLeast }) => {
    const measured = ratioOf(results, name, 'ours', against, 'requestsPerCpuSecond');
    const isMet = measured !== undefined && measured.median >= atLeast;
    say(
      'guard',
      `${name}, ours / ${against}: ${measured === undefined ? 'not measured' : withSpread(measured)}, at least ${atLeast}${isMet ? '' : ': FAILED'}`,
    );
    return isMet;
  });
  return verdicts.every((isMet) => isMet) ? 0 : 1;
}
