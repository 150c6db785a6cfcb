// The service directories that s6-svscan supervises: one for each process, below /run, so that a read-only root is enough.
// https://skarnet.org/software/s6/servicedir.html
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { appFolder, run } from '../paths.ts';
import type { ProcessInstance } from './check-processes.ts';

/** What start-process.ts becomes. */
export interface StoredProcess extends ProcessInstance {
  /** Working directory: the release's, of which /app may be a link. */
  readonly folder: string;
}

const scripts = '/etc/s6-overlay/scripts';

/** `worker-0`: the name in messages, too. */
export function processName({ type, index }: Pick<ProcessInstance, 'type' | 'index'>): string {
  return `${type}-${index}`;
}

export function serviceFolder(name: string): string {
  return join(run.processes, name);
}

/** Creates a process's service directory, or gives the one that exists a new command. */
export function writeServiceFolder(instance: ProcessInstance, stopTimeoutMs: number): void {
  const folder = serviceFolder(processName(instance));
  const stored: StoredProcess = { ...instance, folder: realpathSync(appFolder) };
  if (existsSync(folder)) {
    replaceFile(join(folder, 'process.json'), JSON.stringify(stored));
    return;
  }
  // Names with a dot are not scanned: it is complete when s6 sees it.
  const draft = serviceFolder(`.${processName(instance)}`);
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'process.json'), JSON.stringify(stored));
  writeFileSync(join(draft, 'timeout-kill'), String(stopTimeoutMs));
  symlinkSync(`${scripts}/process-run`, join(draft, 'run'));
  symlinkSync(`${scripts}/process-finish`, join(draft, 'finish'));
  renameSync(draft, folder);
}

export function readStoredProcess(folder: string): StoredProcess {
  return JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8'));
}

/** Names of all processes that are to run, those that were scaled down left out. */
export function wantedProcesses(): string[] {
  if (!existsSync(run.processes)) return [];
  return readdirSync(run.processes)
    .filter((name) => !name.startsWith('.') && !existsSync(join(run.processes, name, 'down')))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
