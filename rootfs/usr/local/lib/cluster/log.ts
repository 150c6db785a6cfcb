// What the server itself says: one line an event, on standard error, so that the app's standard output stays its own.
import { writeSync } from 'node:fs';
import { ClusterError } from './errors.ts';

/** Prints one line. Written at once, so that nothing is lost when the process ends right after. */
export function log(text: string): void {
  try {
    writeSync(2, `[cluster] ${text}\n`);
  } catch (error) {
    // A full pipe (EAGAIN) costs a line of log, never the server.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

/** Prints an error as the last word before an exit: ours as their one line, anything unexpected with its stack. */
export function logFatal(error: unknown): void {
  const text = error instanceof ClusterError ? error.message : error instanceof Error ? error.stack : String(error);
  for (const line of (text ?? '').split('\n')) log(line);
}
