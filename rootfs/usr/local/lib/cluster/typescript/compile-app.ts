// Compiles an app's TypeScript before its workers start, in a process of its own: compiling costs memory that is not
// given back. What `cluster build` compiled in the image is used as it is, as long as it is current.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { App } from '../app/find.ts';
import { log } from '../log.ts';
import { appFolder, prebuiltTypeScript, typeScriptCache } from '../paths.ts';
import { isCurrent, manifestName, readManifest } from './manifest.ts';

/**
 * Does nothing for an app in JavaScript. A file with errors is reported again when it is imported: it may never be.
 * @returns the manifest that the workers are to read; for JavaScript one that is not there
 */
export async function compileApp({ entry }: App): Promise<string> {
  const own = join(typeScriptCache, manifestName);
  if (!/\.[cm]?tsx?$/.test(entry)) return own;
  const prebuilt = join(prebuiltTypeScript, manifestName);
  if (isCurrent(readManifest(prebuilt))) {
    log('its TypeScript was compiled by `cluster build`');
    return prebuilt;
  }
  await compileInto(typeScriptCache);
  return own;
}

/** @returns the compiler's exit code: 0, also where files have errors */
export async function compileInto(cacheFolder: string): Promise<number> {
  const compiler = join(import.meta.dirname, 'compiler.js');
  const child = spawn(process.execPath, [compiler, appFolder, cacheFolder, prebuiltTypeScript], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
