// Small TypeScript apps that are compiled and run as a worker would.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { buildTypeScript } from '../../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';

/** Our code under test. */
export const typescriptRoom = join(import.meta.dirname, '../../../rootfs/usr/local/lib/cluster/typescript');

/** The content of files, by their path in the app. */
export type Files = Readonly<Record<string, string>>;

// What package.json and other files often have in them.
export const module = '{ "type": "module" }';
export const commonjs = '{ "type": "commonjs" }';
export const tsconfig = (compilerOptions: object, rest: object = {}) => JSON.stringify({ ...rest, compilerOptions });
export const valueFile = 'export const value = "found"; export type Value = string;';
export const printValue = (from: string) => `import { value } from '${from}'; console.log(value);`;

const register = join(typescriptRoom, 'register.ts');
const temporary = mkdtempSync(join(tmpdir(), 'typescript-'));
after(() => rmSync(temporary, { recursive: true }));
let apps = 0;

/** Writes an app. @returns its folder and that of its cache, which is not there yet */
export function createApp(files: Files): { root: string; cache: string } {
  const folder = join(temporary, String(apps++));
  write(join(folder, 'app'), files);
  return { root: join(folder, 'app'), cache: join(folder, 'cache') };
}

/** Writes files, over those that are there. */
export function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/**
 * Runs a program, as a one-off command where there is no cache.
 * @param cache of the build that the program is part of
 * @returns what it printed; `failed with CODE: ` and both its streams if it failed
 */
export function run(entry: string, cache: string | undefined): string {
  const manifest = cache === undefined ? {} : { CLUSTER_TYPESCRIPT_MANIFEST: join(cache, 'manifest.json') };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', register, entry], {
    cwd: dirname(entry),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...manifest },
    timeout: 10_000,
  });
  return status === 0 ? stdout.trim() : `failed with ${status}: ${stdout}${stderr}`;
}

/** What an app prints when it is compiled and run. */
export function outputOf(files: Files, entry = 'main.ts'): string {
  const { root, cache } = createApp(files);
  assert.deepEqual(buildTypeScript({ root, cacheFolder: cache }).errors, []);
  return run(join(root, entry), cache);
}

/** The one error of an app that does not compile, with paths relative to the app. */
export function compileErrorOf(files: Files): string {
  const { root, cache } = createApp(files);
  const [error = '', ...others] = buildTypeScript({ root, cacheFolder: cache }).errors;
  assert.deepEqual(others, []);
  return error.replaceAll(`${root}/`, '');
}
