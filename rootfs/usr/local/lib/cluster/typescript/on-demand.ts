// Compiles in the process that imports: what the build did not see, such as TypeScript in node_modules and one-off
// commands. Costs 20 to 40 MB, so hooks.ts loads this file only when it comes to that.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { log } from '../log.ts';
import { compile, keyOf } from './compile.ts';
import type { Alias, ModuleFormat } from './manifest.ts';
import { findOutput, inMemory, writeOutput } from './outputs.ts';
import { createProjectReader } from './project.ts';

export { importError } from './compile-error.ts';

const projectOf = createProjectReader(log);

export interface Loaded {
  readonly source: string;
  readonly format: ModuleFormat;
}

/**
 * @param cacheFolder is read and, where that is possible, written
 * @throws SyntaxError with the place and what is wrong there
 */
export function compileOnDemand(file: string, cacheFolder: string | undefined): Loaded {
  const source = readFileSync(file, 'utf8');
  const project = projectOf(dirname(file));
  const key = keyOf(file, source, project);
  const before = cacheFolder === undefined ? undefined : findOutput([cacheFolder], key);
  if (before !== undefined) return { source: readFileSync(before[0], 'utf8'), format: before[1] };

  const compiled = compile(file, source, project);
  if (cacheFolder !== undefined) {
    try {
      writeOutput(cacheFolder, key, compiled);
    } catch {
      // A read-only or full cache costs the next process a compile, never this one its import.
    }
  }
  return { source: inMemory(compiled), format: compiled.format };
}

/** What tsconfig.json says about imports of a file. */
export function aliasesOnDemand(file: string): readonly Alias[] {
  return projectOf(dirname(file)).aliases;
}
