// The user's own script that runs before the app: migrations, waiting for a database. Executed, not sourced.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errors } from '../errors.ts';
import { appFolder } from '../paths.ts';
import type { Environment } from '../settings/findings.ts';
import { schema } from '../settings/schema.ts';
import { explainUnwritableApp } from './write-failure.ts';

/** A script that is asked to stop gets so long before the container ends anyway. */
const graceMs = 2000;

/**
 * @param path the setting PRE_START_PATH; undefined: none
 * @returns the script to run, undefined where there is none
 * @throws ClusterError PRE_START_CRLF, PRE_START_MISSING
 */
export function findPreStart(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const file = resolve(appFolder, path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    if (path === schema.preStartPath.default) return undefined;
    throw errors.preStartMissing(path);
  }
  if (readFileSync(file, 'utf8').includes('\r\n')) throw errors.preStartCrlf(file);
  return file;
}

/**
 * Runs the script with bash, executable or not, and waits for its end.
 * @param environment the app's
 * @throws ClusterError as findPreStart(), and PRE_START_FAILED with the script's own code
 */
export async function runPreStart(path: string | undefined, environment: Environment): Promise<void> {
  const file = findPreStart(path);
  if (file === undefined) return;
  const script = spawn('bash', [file], { cwd: appFolder, env: environment, stdio: 'inherit', detached: true });
  const stop = () => stopGroup(script);
  process.on('SIGTERM', stop);
  const [code, signal] = (await once(script, 'exit')) as [number | null, NodeJS.Signals | null];
  process.off('SIGTERM', stop);
  if (code !== 0) throw errors.preStartFailed(file, code, signal, explainUnwritableApp());
}

/** The script and what it started, which is a process group of its own. */
function stopGroup(script: ChildProcess): void {
  const group = -(script.pid ?? 0);
  process.kill(group, 'SIGTERM');
  setTimeout(() => process.exit(1), graceMs).unref();
}
