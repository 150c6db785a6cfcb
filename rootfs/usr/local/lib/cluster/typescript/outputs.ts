// Compiled files, found by what they were made from. A folder of them may be read-only, and may serve many builds.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Compiled } from './compile.ts';
import { type ModuleFormat, type Output, writeAtomically } from './manifest.ts';

const extensions: Readonly<Record<ModuleFormat, string>> = { module: '.mjs', commonjs: '.cjs' };

/** @returns what was compiled under this key before, in the first folder that has it */
export function findOutput(folders: readonly string[], key: string): Output | undefined {
  for (const folder of folders) {
    for (const format of ['module', 'commonjs'] as const) {
      const file = join(folder, key + extensions[format]);
      if (existsSync(file)) return [file, format];
    }
  }
  return undefined;
}

/** The code goes last: what is found is complete. */
export function writeOutput(folder: string, key: string, { code, map, format }: Compiled): Output {
  const file = join(folder, key + extensions[format]);
  writeAtomically(`${file}.map`, map);
  // A path: Node silently ignores a file URL here. So the folder must not be moved after the build.
  writeAtomically(file, `${code}\n//# sourceMappingURL=${file}.map\n`);
  return [file, format];
}

/** The code with its map inside, for where nothing can be written. */
export function inMemory({ code, map }: Compiled): string {
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
}
