// The end of the container, as far as the primary sees it: when which phase began, and what it has cost.
import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from '../log.ts';
import type { NginxStatus } from '../nginx/nginx-status.ts';

const lookEveryMs = 25;
/** Clients that do not stop asking have had an answer that closes their connection by then. */
const longestMs = 1000;
/**
 * With nothing but silent connections for so long, nobody is about to ask on one. A client on another continent, or one
 * whose machine is busy, takes that long for its next request.
 */
const quietMs = 300;

/**
 * Waits until no client's connection is in use.
 * @param ask nginx for its connections
 */
export async function untilQuiet(ask: () => Promise<NginxStatus | undefined>): Promise<void> {
  const beganAt = performance.now();
  let quietSince: number | undefined;
  while (performance.now() - beganAt < longestMs) {
    const status = await ask();
    if (status === undefined || status.connections === 0) return;
    quietSince = status.connections > status.idle ? undefined : (quietSince ?? performance.now());
    if (quietSince !== undefined && performance.now() - quietSince >= quietMs) return;
    await sleep(lookEveryMs);
  }
}

/** Times by Date.now(); a phase that did not take place has none. */
export interface StopTimes {
  /** DRAIN_DELAY began: the container was asked to stop. */
  readonly askedAt: number;
  readonly closingAt: number | undefined;
  readonly closedAt: number | undefined;
  /** nginx has ended. */
  readonly workersAskedAt: number;
  readonly workersEndedAt: number;
}

/** @param cut answers that were cut, by slot @returns one line */
export function describeStop(times: StopTimes, cut: ReadonlyMap<number, number>): string {
  const { askedAt, closingAt, closedAt, workersAskedAt, workersEndedAt } = times;
  const phases = [
    ['of full service', askedAt, closingAt],
    ["to close clients' connections", closingAt, closedAt],
    ['to finish requests', closedAt ?? askedAt, workersAskedAt],
    ['for the workers to end', workersAskedAt, workersEndedAt],
  ] as const;
  const told = phases.flatMap(([what, from, to]) =>
    from === undefined || to === undefined ? [] : [`${seconds(to - from)} ${what}`],
  );
  const total = [...cut.values()].reduce((sum, count) => sum + count, 0);
  const slots = [...cut].map(([slot, count]) => `${count} in slot ${slot}`).join(', ');
  const lost =
    total === 0
      ? 'no answer was cut'
      : `${total} answer${total === 1 ? ' was' : 's were'} cut (${slots}): STOP_TIMEOUT was too short for ${total === 1 ? 'it' : 'them'}`;
  return `stopped in ${seconds(workersEndedAt - askedAt)}: ${told.join(', ')}; ${lost}`;
}

/** When a file was made; undefined where there is none. @param file such as the mark of draining */
export function madeAt(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Wakes whoever reads the FIFO; nothing happens where nobody does. */
export function wake(fifo: string): void {
  try {
    const descriptor = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(descriptor, '\n');
    closeSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
  }
}
