// The FIFOs that the processes of a server print into. etc/s6-overlay/scripts/forward-log reads them, and forwards whole lines
// to the container's log.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isLogJson } from '../log.ts';
import { logFifo, run, workerLogName } from '../paths.ts';
import type { ResolvedConfiguration } from './resolve.ts';

/** Where a user's image has none, processes print into the container's log themselves. */
const perl = '/usr/bin/perl';

/** Workers that are being replaced, and still print. */
const replacedWorkers = 2;

/** Lines that wait for a slow reader of the log, as a part of the container's memory. */
const queuePart = 1 / 16;
const minQueueBytes = 4 * 1024 ** 2;
const maxQueueBytes = 64 * 1024 ** 2;

/** @returns for how many workers there are FIFOs */
export function logNamesOf(maxWorkers: number): number {
  return maxWorkers + replacedWorkers;
}

/**
 * Makes the folder of the FIFOs: every process has its own for standard output and standard error. Other writers of the same
 * pipe tear a line apart, nothing else does.
 * @returns the FIFOs to make in it; none on a terminal
 */
export function prepareLog({ settings, plan, machine, start }: ResolvedConfiguration): string[] {
  if (start.isTerminal || !existsSync(perl)) return [];
  const queueBytes = Math.min(maxQueueBytes, Math.max(minQueueBytes, machine.memoryBytes.value * queuePart));
  mkdirSync(run.log);
  writeFileSync(run.logFormat, isLogJson(settings) ? 'json' : 'text');
  writeFileSync(run.logQueueBytes, String(Math.floor(queueBytes)));
  const names = logNamesOf(plan.maxWorkers);
  const workers = Array.from({ length: names }, (_, worker) => workerLogName(worker, names));
  return [
    ...['server', 'nginx', 'processes', ...workers].flatMap((name) => [logFifo(name, 'out'), logFifo(name, 'err')]),
    logFifo('supervisor', 'err'),
  ];
}
