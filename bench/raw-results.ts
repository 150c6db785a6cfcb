// Raw results: one JSON file per run, in a folder that git ignores. Tables are made from them; `--compare` reads them.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Problem } from '../tools/command.ts';
import { projectRoot } from '../tools/paths.ts';
import type { Results } from './results.ts';

const rawFolder = join(projectRoot, 'bench/raw');

/** @returns the path of the new file, relative to the project */
export function writeRawResults(results: Results, folder = rawFolder): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `bench-${results.date.replaceAll(':', '')}.json`);
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`);
  return relative(projectRoot, file);
}

/**
 * @param run a path, or the name of a file in bench/raw, with or without `.json`
 * @throws Problem that lists the runs in bench/raw, or says what is wrong with the file
 */
export function readRawResults(run: string, folder = rawFolder): Results {
  const paths = [run, join(folder, run), join(folder, `${run}.json`)];
  const file = paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) {
    const runs = namesIn(folder);
    throw new Problem(
      `${run} is neither a file nor a run in bench/raw. Runs there: ${runs.length === 0 ? 'none' : runs.join(', ')}`,
    );
  }
  try {
    return parseResults(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Problem(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function parseResults(text: string): Results {
  const results: Partial<Results> | null = JSON.parse(text);
  if (Array.isArray(results?.samples) && Array.isArray(results.cases)) return results as Results;
  throw new Error('these are not results of npm run bench');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length));
  } catch {
    return [];
  }
}
