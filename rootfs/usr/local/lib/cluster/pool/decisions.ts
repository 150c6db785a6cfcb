// What to do when a worker ends. Pure: plain data in, a decision out.
import { constants } from 'node:os';

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Circumstances {
  /** The container is being stopped. */
  readonly isStopping: boolean;
  /** A worker, this or another, was ready at some time since the primary started. */
  readonly wasEverReady: boolean;
  /** Workers that are ready now. */
  readonly ready: number;
  /** Workers of this slot that ended in a row without having been ready for `stableAfterMs`, this one included. */
  readonly failuresInARow: number;
}

export type Decision =
  | { readonly action: 'nothing' }
  | { readonly action: 'replace'; readonly delayMs: number }
  | { readonly action: 'end'; readonly exitCode: number };

/** A worker that was ready for so long did not fail at its start. */
export const stableAfterMs = 10_000;
const failuresBeforeTheEnd = 5;
const firstDelayMs = 100;
const longestDelayMs = 5000;

/** A failed start of the very first worker ends the container at once; later crashes are replaced, ever more slowly. */
export function decideAfterExit(exit: WorkerExit, circumstances: Circumstances): Decision {
  const { isStopping, wasEverReady, ready, failuresInARow } = circumstances;
  if (isStopping) return { action: 'nothing' };
  if (!wasEverReady || (ready === 0 && failuresInARow >= failuresBeforeTheEnd)) {
    return { action: 'end', exitCode: exitCodeOf(exit) };
  }
  if (failuresInARow === 0) return { action: 'replace', delayMs: 0 };
  return { action: 'replace', delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (failuresInARow - 1)) };
}

/** The container's exit code for a worker that should not have ended: never 0. */
export function exitCodeOf({ code, signal }: WorkerExit): number {
  return signal === null ? code || 1 : 128 + signalNumber(signal);
}

/** "exited with code 3", "was killed by SIGKILL" */
export function describeExit({ code, signal }: WorkerExit): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal] ?? 0;
}
