// Compiles an app's TypeScript once, before its workers start; they only read the result.
import { type Dirent, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { compile, keyOf } from './compile.ts';
import { type AliasScope, type Output, stampOf, writeManifest } from './manifest.ts';
import { findOutput, writeOutput } from './outputs.ts';
import { readingSurroundings } from './project.ts';

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

/** @throws where the cache folder cannot be written, or the root does not exist */
export function buildTypeScript({ root, cacheFolder, prebuiltFolder }: BuildRequest): BuildResult {
  mkdirSync(cacheFolder, { recursive: true });
  const warnings: string[] = [];
  const surroundingsOf = readingSurroundings((line) => warnings.push(line));
  const folders = prebuiltFolder === undefined ? [cacheFolder] : [cacheFolder, prebuiltFolder];
  const files: Record<string, Output> = {};
  const errors: Record<string, string> = {};
  const aliases: AliasScope[] = [];
  const stamps: Record<string, string> = {};
  let compiled = 0;

  // Keys of the manifest are real paths, as Node's own module cache has them.
  for (const { folder, names, configurations } of walk(realpathSync(root))) {
    for (const name of [...names, ...configurations]) stamps[join(folder, name)] = stampOf(join(folder, name));
    if (configurations.includes('tsconfig.json')) aliases.unshift([join(folder, '/'), surroundingsOf(folder).aliases]);
    for (const name of names) {
      const file = join(folder, name);
      try {
        const source = readFileSync(file, 'utf8');
        const key = keyOf(file, source, surroundingsOf(folder));
        const before = findOutput(folders, key);
        files[file] = before ?? writeOutput(cacheFolder, key, compile(file, source, surroundingsOf(folder)));
        if (before === undefined) compiled += 1;
      } catch (error) {
        if (isOfTheCache(error)) throw error;
        errors[file] = (error as Error).message;
      }
    }
  }
  const areAliased = aliases.some(([, own]) => own.length > 0);
  writeManifest(cacheFolder, { files, aliases: areAliased ? aliases : [], errors, stamps });
  const failed = Object.values(errors);
  return { files: Object.keys(files).length + failed.length, compiled, errors: failed, warnings };
}

interface Visited {
  readonly folder: string;
  /** Of its TypeScript files. */
  readonly names: readonly string[];
  /** Its files that decide how those are compiled. */
  readonly configurations: readonly string[];
}

/** A folder goes before those in it. Links are not followed: what they lead to is found at its real path. */
function* walk(folder: string): Generator<Visited> {
  const entries = entriesOf(folder);
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  yield { folder, names: names.filter(isTypeScript), configurations: names.filter(isConfiguration) };
  for (const entry of entries) {
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) {
      yield* walk(join(folder, entry.name));
    }
  }
}

/** A folder that this user may not read, such as a database's, holds nothing that the app could import. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function isConfiguration(name: string): boolean {
  return name === 'package.json' || /^tsconfig(?:\..+)?\.json$/.test(name);
}

function isTypeScript(name: string): boolean {
  return /\.[cm]?tsx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name);
}

/** An error of the cache, not of the file. */
function isOfTheCache(error: unknown): boolean {
  return ['ENOSPC', 'EROFS', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
