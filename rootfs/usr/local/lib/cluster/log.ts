// The server's own log: one line an event, on standard error, so that the app's standard output stays its own.
import { writeSync } from 'node:fs';
import { ClusterError } from './errors.ts';

/** From most to least verbose. The reason of an exit is logged at every level. */
const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

/** The settings of these names. */
export interface LogSettings {
  readonly logLevel: LogLevel;
  readonly logFormat: string;
}

let current: LogSettings = { logLevel: 'info', logFormat: 'auto' };

/** For this process, from now on. */
export function configureLog({ logLevel, logFormat }: LogSettings): void {
  current = { logLevel, logFormat };
}

/** The access log alone is JSON by default. */
export function isLogJson({ logFormat }: Pick<LogSettings, 'logFormat'>): boolean {
  return logFormat === 'json';
}

/** Logs an expected event in one line. */
export function log(text: string): void {
  if (isLogged('info')) write('info', text);
}

/** Logs something that a person should look at, in one line. */
export function logWarning(text: string): void {
  if (isLogged('warn')) write('warn', text);
}

function isLogged(level: LogLevel): boolean {
  return levels.indexOf(current.logLevel) <= levels.indexOf(level);
}

/** Written at once, so that nothing is lost when the process ends right after. */
function write(level: LogLevel, text: string): void {
  try {
    writeSync(2, `${isLogJson(current) ? asJson(level, text) : asText(level, text)}\n`);
  } catch (error) {
    // A full pipe (EAGAIN) costs a line of log, never the server.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

function asJson(level: LogLevel, message: string): string {
  return JSON.stringify({ time: new Date().toISOString(), level, source: 'cluster', message });
}

function asText(level: LogLevel, text: string): string {
  if (level === 'warn') return `[cluster] warning: ${text}`;
  return `[cluster] ${level === 'error' ? text.replaceAll('\n', '\n[cluster] ') : text}`;
}

/** Logs an error right before an exit: a ClusterError as its one line, an unexpected error with its stack. */
export function logFatal(error: unknown): void {
  const text = error instanceof ClusterError ? error.message : error instanceof Error ? error.stack : String(error);
  write('error', text ?? '');
}

/** Prints an error of ours that costs one task, not the process. @param what was being done */
export function logFault(what: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write('error', `${what} failed, and everything else goes on: ${stack}`);
}

/** Formats a count: `1 worker`, `2 workers`. @param many where that is not `one` with an s */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Formats a duration: `0.61 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
