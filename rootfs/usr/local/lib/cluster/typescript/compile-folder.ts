// Compiles an app's TypeScript once, before its workers start; they only read the result.
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { statOf, walkFolders } from '../file-tree.ts';
import { compile, keyOf } from './compile.ts';
import { type AliasScope, type Output, stampOf, writeManifest } from './manifest.ts';
import { findOutput, writeOutput } from './outputs.ts';
import { createProjectReader } from './project.ts';

export interface BuildRequest {
  /** The app's folder: only read. */
  readonly root: string;
  /** Gets the manifest and what was compiled. */
  readonly cacheFolder: string;
  /** The cache folder of an earlier build, of the image for instance: only read. */
  readonly prebuiltFolder?: string | undefined;
}

export interface BuildResult {
  readonly files: number;
  /** How many of them were not found compiled. */
  readonly compiled: number;
  /** What is wrong with files that could not be compiled. Whoever imports one of them gets the same message. */
  readonly errors: readonly string[];
  /** One line each. */
  readonly warnings: readonly string[];
}

/**
 * Compiles what has changed since the last build, and writes the manifest last.
 * @throws the error of the file system where the cache folder cannot be written, or the root cannot be read; what cannot be
 *   read in it is passed over
 */
export function buildTypeScript({ root, cacheFolder, prebuiltFolder }: BuildRequest): BuildResult {
  mkdirSync(cacheFolder, { recursive: true });
  const warnings: string[] = [];
  const projectOf = createProjectReader((line) => warnings.push(line));
  const folders = prebuiltFolder === undefined ? [cacheFolder] : [cacheFolder, prebuiltFolder];
  const files: Record<string, Output> = {};
  const errors: Record<string, string> = {};
  const aliases: AliasScope[] = [];
  const stamps: Record<string, string> = {};
  let compiled = 0;

  // Keys of the manifest are real paths, as Node's own module cache has them. Links are left out: what they lead to is found
  // at its real path.
  for (const { path: folder, entries } of walkFolders(realpathSync(root), isSkipped)) {
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    // A folder comes before those in it: the innermost aliases go first.
    if (names.includes('tsconfig.json')) aliases.unshift([join(folder, '/'), projectOf(folder).aliases]);
    for (const name of names) {
      const file = join(folder, name);
      if (isTypeScript(name) || isConfiguration(name)) stamps[file] = stampOf(file);
      if (!isTypeScript(name)) continue;
      try {
        const source = readFileSync(file, 'utf8');
        const key = keyOf(file, source, projectOf(folder));
        const cached = findOutput(folders, key);
        files[file] = cached ?? writeOutput(cacheFolder, key, compile(file, source, projectOf(folder)));
        if (cached === undefined) compiled += 1;
      } catch (error) {
        if (isOfTheCache(error)) throw error;
        // A file that has gone since it was listed is no error.
        if (statOf(file) !== undefined) errors[file] = (error as Error).message;
      }
    }
  }
  const areAliased = aliases.some(([, own]) => own.length > 0);
  writeManifest(cacheFolder, { files, aliases: areAliased ? aliases : [], errors, stamps });
  const failed = Object.values(errors);
  return { files: Object.keys(files).length + failed.length, compiled, errors: failed, warnings };
}

function isSkipped(_path: string, name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

function isConfiguration(name: string): boolean {
  return name === 'package.json' || /^tsconfig(?:\..+)?\.json$/.test(name);
}

function isTypeScript(name: string): boolean {
  return /\.[cm]?tsx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name);
}

/** Is it an error of the cache, not of the file? */
function isOfTheCache(error: unknown): boolean {
  return ['ENOSPC', 'EROFS', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
