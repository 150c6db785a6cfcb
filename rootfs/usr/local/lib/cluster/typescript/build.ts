// Compiles an app's TypeScript once, before its workers start; they only read the result.
import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { compile, keyOf } from './compile.ts';
import { type AliasScope, type Output, writeManifest } from './manifest.ts';
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
  let compiled = 0;

  // Keys of the manifest are real paths, as Node's own module cache has them.
  for (const { folder, names, hasTsconfig } of walk(realpathSync(root))) {
    if (hasTsconfig) aliases.unshift([join(folder, '/'), surroundingsOf(folder).aliases]);
    for (const name of names) {
      const file = join(folder, name);
      try {
        const source = readFileSync(file, 'utf8');
        const key = keyOf(file, source, surroundingsOf(folder));
        const before = findOutput(folders, key);
        files[file] = before ?? writeOutput(cacheFolder, key, compile(file, source, surroundingsOf(folder)));
        if (before === undefined) compiled += 1;
      } catch (error) {
        if (isFullDisk(error)) throw error;
        errors[file] = (error as Error).message;
      }
    }
  }
  writeManifest(cacheFolder, { files, aliases: aliases.some(([, own]) => own.length > 0) ? aliases : [], errors });
  const failed = Object.values(errors);
  return { files: Object.keys(files).length + failed.length, compiled, errors: failed, warnings };
}

interface Visited {
  readonly folder: string;
  /** Of its TypeScript files. */
  readonly names: readonly string[];
  readonly hasTsconfig: boolean;
}

/** A folder goes before those in it. Links are not followed: what they lead to is found at its real path. */
function* walk(folder: string): Generator<Visited> {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  yield { folder, names: names.filter(isTypeScript), hasTsconfig: names.includes('tsconfig.json') };
  for (const entry of entries) {
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) {
      yield* walk(join(folder, entry.name));
    }
  }
}

function isTypeScript(name: string): boolean {
  return /\.[cm]?tsx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name);
}

/** An error of the cache, not of the file. */
function isFullDisk(error: unknown): boolean {
  return ['ENOSPC', 'EROFS', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
