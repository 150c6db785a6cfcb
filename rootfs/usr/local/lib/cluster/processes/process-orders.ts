// Orders to s6 about the processes: restart, and more or fewer of a type.
import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { counted } from '../log.ts';
import { run } from '../paths.ts';
import { processErrors } from '../process-errors.ts';
import { maxProcesses } from '../settings/types/process-counts.ts';
import { commandOf, currentProcfile } from './check-processes.ts';
import {
  processName,
  readStoredProcess,
  serviceFolder,
  wantedProcesses,
  writeServiceFolder,
} from './service-folders.ts';

const execute = promisify(execFile);

/** After a process was killed, s6 needs a moment to say that it is down. */
const killedMs = 5000;

/**
 * Restarts processes one after the other, each with the newest release and its Procfile's command.
 * @param type or name, such as worker or worker-0; undefined: all
 * @param stopTimeoutMs then it is killed
 * @returns how many were restarted
 * @throws ClusterError PROCESS_NOT_RUNNING, PROCFILE_INVALID, PROCFILE_MISSING, PROCESS_TYPE_UNKNOWN
 */
export async function restartProcesses(
  type: string | undefined,
  stopTimeoutMs: number,
  tell: (text: string) => void,
): Promise<number> {
  const running = wantedProcesses();
  const chosen = running.filter((name) => type === undefined || name === type || typeOf(name) === type);
  if (type !== undefined && chosen.length === 0) throw processErrors.processNotRunning(type, running);
  const procfile = chosen.length === 0 ? undefined : currentProcfile();
  const updated = chosen.map((name) => {
    const { type, index } = readStoredProcess(serviceFolder(name));
    return { type, index, command: commandOf(procfile, type, `process ${name}`) };
  });
  for (const instance of updated) {
    const name = processName(instance);
    writeServiceFolder(instance, stopTimeoutMs);
    await stopProcess(name, stopTimeoutMs);
    await supervise(['-u', serviceFolder(name)]);
    tell(`process ${name} was restarted`);
  }
  return updated.length;
}

/**
 * @param text a number; 0 stops all of them
 * @throws ClusterError NOT_A_PROCESS_COUNT, PROCESSES_NOT_SET, PROCFILE_INVALID, PROCFILE_MISSING, PROCESS_TYPE_UNKNOWN
 */
export async function scaleProcesses(type: string, text: string, stopTimeoutMs: number): Promise<string> {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count > maxProcesses || type === 'web')
    throw processErrors.notAProcessCount(type, text, maxProcesses);
  if (!existsSync(run.processes) || !existsSync(join(run.processes, '.s6-svscan')))
    throw processErrors.processesNotSet(type);
  const command = commandOf(currentProcfile(), type, `cluster scale ${type}=${text}`);
  const running = wantedProcesses().filter((name) => typeOf(name) === type);
  for (let index = 0; index < count; index += 1) {
    const name = processName({ type, index });
    if (running.includes(name)) continue;
    const isNew = !existsSync(serviceFolder(name));
    writeServiceFolder({ type, index, command }, stopTimeoutMs);
    rmSync(join(serviceFolder(name), 'down'), { force: true });
    if (!isNew) await supervise(['-u', serviceFolder(name)]);
  }
  await execute('s6-svscanctl', ['-a', run.processes]);
  const surplus = running.filter((name) => readStoredProcess(serviceFolder(name)).index >= count);
  await Promise.all(
    surplus.map((name) => {
      writeFileSync(join(serviceFolder(name), 'down'), '');
      return stopProcess(name, stopTimeoutMs);
    }),
  );
  return counted(count, `${type} process`, `${type} processes`);
}

/** s6 kills it after its timeout-kill. */
async function stopProcess(name: string, stopTimeoutMs: number): Promise<void> {
  await supervise(['-wD', '-T', String(stopTimeoutMs + killedMs), '-d', serviceFolder(name)]);
}

async function supervise(args: readonly string[]): Promise<void> {
  await execute('s6-svc', args);
}

function typeOf(name: string): string {
  return name.replace(/-\d+$/, '');
}
