// The server's own log: one line an event, on standard error, so that the app's standard output stays its own.
import { writeSync } from 'node:fs';
import { ClusterError } from './errors.ts';

/** From most to least verbose. The reason of an exit is logged at every level. */
const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

let current: LogLevel = 'info';

/** For this process, from now on. @param level the setting LOG_LEVEL */
export function setLogLevel(level: LogLevel): void {
  current = level;
}

/** Logs an expected event in one line. */
export function log(text: string): void {
  if (levels.indexOf(current) <= levels.indexOf('info')) write(text);
}

/** Logs something that a person should look at, in one line. */
export function logWarning(text: string): void {
  if (levels.indexOf(current) <= levels.indexOf('warn')) write(`warning: ${text}`);
}

/** Written at once, so that nothing is lost when the process ends right after. */
function write(text: string): void {
  try {
    writeSync(2, `[cluster] ${text}\n`);
  } catch (error) {
    // A full pipe (EAGAIN) costs a line of log, never the server.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

/** Logs an error right before an exit: a ClusterError as its one line, an unexpected error with its stack. */
export function logFatal(error: unknown): void {
  const text = error instanceof ClusterError ? error.message : error instanceof Error ? error.stack : String(error);
  for (const line of (text ?? '').split('\n')) write(line);
}

/** Prints an error of ours that costs one task, not the process. @param what was being done */
export function logFault(what: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of `${what} failed, and everything else goes on: ${stack}`.split('\n')) write(line);
}

/** Formats a duration: `0.61 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
