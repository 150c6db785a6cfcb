// Has this image become slower? The hand-made pair is measured in the same run, so that the machine does not matter.
import { say } from '../tools/command.ts';
import { withSpread } from './report.ts';
import { type Results, ratioOf } from './results.ts';

/** Ratios by CPU time below which something has happened: what was seen, less the spread of short runs on shared machines. */
const bounds = [
  { case: 'hello', against: 'featured', atLeast: 0.8 },
  { case: 'fortunes', against: 'featured', atLeast: 0.85 },
  { case: 'file-10k', against: 'tuned', atLeast: 0.7 },
] as const;

/** @returns 0, or 1 where a ratio is too low or was not measured */
export function guard(results: Results): number {
  const verdicts = bounds.map(({ case: name, against, atLeast }) => {
    const seen = ratioOf(results, name, 'ours', against, 'requestsPerCpuSecond');
    const isRight = seen !== undefined && seen.median >= atLeast;
    say(
      'guard',
      `${name}, ours / ${against}: ${seen === undefined ? 'not measured' : withSpread(seen)}, at least ${atLeast}${isRight ? '' : ': TOO LOW'}`,
    );
    return isRight;
  });
  return verdicts.every((isRight) => isRight) ? 0 : 1;
}
