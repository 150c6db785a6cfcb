// Do two runs of the benchmark agree?
import { readFileSync } from 'node:fs';
import { Problem } from '../tools/command.ts';
import { withSpread } from './report.ts';
import { type Results, ratioOf } from './results.ts';
import { agree } from './statistics.ts';

/** Prints each ratio of ours to another, of both runs. @returns 0 where all agree within their spread, else 1 */
export function compareRuns(fileA: string, fileB: string): number {
  const [a, b] = [read(fileA), read(fileB)];
  let compared = 0;
  let apart = 0;
  for (const { name, title, kind } of a.cases) {
    if (kind !== 'load') continue;
    for (const other of Object.keys(a.contenders)) {
      if (other === 'ours') continue;
      const seen = ([a, b] as const).map((results) => ratioOf(results, name, 'ours', other, 'requestsPerCpuSecond'));
      const [one, two] = seen;
      if (one === undefined || two === undefined) continue;
      compared += 1;
      if (agree(one, two)) continue;
      apart += 1;
      process.stdout.write(`${title}, ours / ${other}: ${withSpread(one)}, then ${withSpread(two)}\n`);
    }
  }
  process.stdout.write(`${compared - apart} of ${compared} ratios of CPU time agree within their spread\n`);
  return apart === 0 ? 0 : 1;
}

function read(file: string): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Problem(`${file} cannot be read (${(error as Error).message}). Name a .json file of bench/results.`);
  }
}
