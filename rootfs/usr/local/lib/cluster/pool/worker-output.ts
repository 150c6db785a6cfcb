// What a worker's standard output and standard error are.
import { closeSync, constants, openSync } from 'node:fs';
import { logFifo } from '../paths.ts';

/** For `stdio` of a process that is about to be started. */
export interface WorkerOutput {
  readonly out: number | 'inherit';
  readonly err: number | 'inherit';
  /** To be called when the process was started. */
  readonly close: () => void;
}

/**
 * Opens the FIFOs of this name. For reading, too: a worker that prints never gets EPIPE, whoever has ended.
 * @returns this process's own streams where there are no FIFOs
 */
export function openOutput(name: string): WorkerOutput {
  const opened: number[] = [];
  const close = () => {
    for (const descriptor of opened.splice(0)) closeSync(descriptor);
  };
  try {
    for (const stream of ['out', 'err'] as const) opened.push(openSync(logFifo(name, stream), constants.O_RDWR));
  } catch {
    close();
  }
  const [out = 'inherit', err = 'inherit'] = opened;
  return { out, err, close };
}
