// How the processes are, from the files that the scripts process-run and process-finish write into their service directories.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceFolder, wantedProcesses } from './service-folders.ts';

export interface ProcessStatus {
  /** `worker-0` */
  readonly name: string;
  /** null: it is not running. */
  readonly pid: number | null;
  readonly state: 'running' | 'waiting' | 'failing';
  readonly uptimeSeconds: number | null;
  readonly restarts: number;
  /** Without a minute's work between them. */
  readonly failuresInARow: number;
  /** `exited with code 1` */
  readonly lastExit: string | null;
}

/** From this many failures in a row on, a process counts as failing: scripts/process-finish has the same. */
const crashLoop = 3;

/** A process that has run for so long has recovered: scripts/process-finish has the same. */
const recoveredSeconds = 60;

/** What the files of a service directory say; undefined where there is no such file. */
export interface ProcessFiles {
  readonly pid: string | undefined;
  readonly startedAt: string | undefined;
  readonly restarts: string | undefined;
  readonly failures: string | undefined;
  readonly lastExit: string | undefined;
}

/** Pure. @param nowSeconds since 1970 */
export function describeProcess(name: string, files: ProcessFiles, nowSeconds: number): ProcessStatus {
  const pid = files.pid === undefined ? null : Number(files.pid);
  const uptimeSeconds = pid === null ? null : Math.max(0, nowSeconds - Number(files.startedAt ?? nowSeconds));
  const hasRecovered = uptimeSeconds !== null && uptimeSeconds >= recoveredSeconds;
  const failuresInARow = hasRecovered ? 0 : Number(files.failures ?? 0);
  const state = failuresInARow >= crashLoop ? 'failing' : pid === null ? 'waiting' : 'running';
  const { restarts = 0, lastExit = null } = files;
  return { name, pid, state, uptimeSeconds, restarts: Number(restarts), failuresInARow, lastExit };
}

export function readProcesses(): ProcessStatus[] {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return wantedProcesses().map((name) => {
    const read = (file: string) => readIfThere(join(serviceFolder(name), file));
    const files = {
      pid: read('pid'),
      startedAt: read('started-at'),
      restarts: read('restarts'),
      failures: read('failures'),
      lastExit: read('last-exit'),
    };
    return describeProcess(name, files, nowSeconds);
  });
}

/** For /readyz: processes that fail again and again, each in a line. */
export function describeFailing(processes: readonly ProcessStatus[]): string[] {
  return processes
    .filter(({ state }) => state === 'failing')
    .map(
      ({ name, failuresInARow, lastExit }) =>
        `process ${name}: ${failuresInARow} failures in a row, the last one: ${lastExit ?? 'unknown'}`,
    );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
