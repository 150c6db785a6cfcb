// Compiles an app's TypeScript before its workers start, in a process of its own: compiling costs memory that is not
// given back.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { App } from '../app/find.ts';
import { appFolder, prebuiltTypeScript, typeScriptCache } from '../paths.ts';

/** Does nothing for an app in JavaScript. A file with errors is reported again when it is imported: it may never be. */
export async function compileApp({ entry }: App): Promise<void> {
  if (/\.[cm]?tsx?$/.test(entry)) await compileInto(typeScriptCache);
}

/** @returns the compiler's exit code: 0, also where files have errors */
export async function compileInto(cacheFolder: string): Promise<number> {
  const compiler = join(import.meta.dirname, 'main.js');
  const child = spawn(process.execPath, [compiler, appFolder, cacheFolder, prebuiltTypeScript], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
