// What the build leaves for the workers: which compiled file stands for which TypeScript file.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statOf } from '../file-tree.ts';

export type ModuleFormat = 'module' | 'commonjs';

/** A compiled file and how Node is to run it. */
export type Output = readonly [file: string, format: ModuleFormat];

/** One pattern of tsconfig `paths`: `prefix*suffix`, or exactly `prefix` where `suffix` is null. Targets are absolute. */
export type Alias = readonly [prefix: string, suffix: string | null, targets: readonly string[]];

/** The aliases that hold for the files below a folder, whose name ends with a slash. */
export type AliasScope = readonly [folder: string, aliases: readonly Alias[]];

export interface Manifest {
  /** By real path. */
  readonly files: Readonly<Record<string, Output>>;
  /** The innermost folder goes first. */
  readonly aliases: readonly AliasScope[];
  /** What is wrong with files that could not be compiled, by real path. It may be a test that nobody imports. */
  readonly errors: Readonly<Record<string, string>>;
  /** What the build rests on, by path: TypeScript, tsconfig.json and package.json files, with their stampOf(). */
  readonly stamps: Readonly<Record<string, string>>;
}

/** Names the manifest to workers, and to the threads and processes that the app starts. */
export const manifestVariable = 'CLUSTER_TYPESCRIPT_MANIFEST';

/** The name of the manifest in the cache folder. */
export const manifestName = 'manifest.json';

const noManifest: Manifest = { files: {}, aliases: [], errors: {}, stamps: {} };

/**
 * Reads what a build has left.
 * @returns an empty manifest where there is none: nothing was built
 * @throws the error of the file system, or a SyntaxError, for a manifest that cannot be read
 */
export function readManifest(file: string | undefined): Manifest {
  if (file === undefined) return noManifest;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return noManifest;
    throw error;
  }
}

/** Replaces the manifest of a cache folder. @throws the error of the file system */
export function writeManifest(cacheFolder: string, manifest: Manifest): void {
  writeAtomically(join(cacheFolder, manifestName), JSON.stringify(manifest));
}

/** Writes a file so that a reader sees the old one or the new one, never half of one. @throws the error of the file system */
export function writeAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/**
 * @returns text that changes when the file does: its time, in seconds, since that is what the layers of an image keep, and
 *   its size. '' for a file that cannot be looked at
 */
export function stampOf(file: string): string {
  const stat = statOf(file);
  return stat === undefined ? '' : `${Math.floor(stat.mtimeMs / 1000)} ${stat.size}`;
}

/** Is what was built still what a build would make? A file that has come since is compiled when it is imported. */
export function isCurrent({ stamps }: Manifest): boolean {
  const built = Object.entries(stamps);
  return built.length > 0 && built.every(([file, stamp]) => stampOf(file) === stamp);
}
