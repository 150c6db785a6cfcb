// What follows when a worker ends that should not have. Pure.
import { constants } from 'node:os';
import type { Draft } from './draft.ts';
import type { GoneWorker, Worker, WorkerExit } from './state.ts';

export interface Circumstances {
  /** A worker, this or another, was ready at some time since the primary started. */
  readonly wasEverReady: boolean;
  /** Workers that are ready now. */
  readonly ready: number;
  /** Workers of this slot that failed in a row without having been ready for `stableAfterMs`, this one included. */
  readonly failuresInARow: number;
  /** The fewest such failures of any slot; 0 where a worker has been ready for long. */
  readonly failuresOfEverySlot: number;
  /** 0 to 1. */
  readonly random: number;
}

export type Decision = { readonly action: 'replace'; readonly delayMs: number } | { readonly action: 'give-up' };

/** A worker that was ready for so long did not fail at its start. */
export const stableAfterMs = 10_000;
const failuresBeforeTheEnd = 5;
const firstDelayMs = 100;
const longestDelayMs = 5000;
/** Siblings that fail together are not to start together. */
const jitter = 0.25;

/**
 * A failed start of the very first worker ends the container at once. Later failures are replaced, ever more slowly,
 * until none is left to serve, or each slot has had its tries.
 */
export function decideAfterFailure(circumstances: Circumstances): Decision {
  const { wasEverReady, ready, failuresInARow, failuresOfEverySlot, random } = circumstances;
  if (!wasEverReady) return { action: 'give-up' };
  if (failuresOfEverySlot >= failuresBeforeTheEnd) return { action: 'give-up' };
  if (ready === 0 && failuresInARow >= failuresBeforeTheEnd) return { action: 'give-up' };
  return { action: 'replace', delayMs: delayAfter(failuresInARow, random) };
}

/** @param random 0 to 1 */
export function delayAfter(failuresInARow: number, random: number): number {
  if (failuresInARow === 0) return 0;
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failuresInARow - 1));
  return Math.round(delayMs * (1 + jitter * (2 * random - 1)));
}

/**
 * Counts a failure that left a slot without a worker.
 * @returns after what time the slot gets another one, or undefined where the pool gives up
 */
export function noteFailure(draft: Draft, { slot, life }: Worker, gone: GoneWorker): number | undefined {
  const failuresInARow = isStable(life, draft.now) ? 0 : draft.slot(slot).failuresInARow + 1;
  draft.setSlot(slot, { failuresInARow });
  const { workers, slots, target, wasEverReady } = draft.state;
  const isOneStable = workers.some(({ life }) => isStable(life, draft.now));
  const decision = decideAfterFailure({
    wasEverReady,
    ready: workers.filter(({ life }) => life.name === 'ready').length,
    failuresInARow,
    failuresOfEverySlot: isOneStable ? 0 : Math.min(...slots.slice(0, target).map((slot) => slot.failuresInARow)),
    random: draft.random,
  });
  if (decision.action === 'give-up') {
    draft.set({ hasGivenUp: true });
    draft.do({ do: 'give-up', worker: gone });
    return undefined;
  }
  draft.setSlot(slot, { retryAt: draft.now + decision.delayMs });
  return decision.delayMs;
}

function isStable(life: Worker['life'], now: number): boolean {
  return life.name === 'ready' && now - life.since >= stableAfterMs;
}

/** The container's exit code for a worker that should not have ended: never 0. */
export function exitCodeOf({ code, signal }: WorkerExit): number {
  return signal === null ? code || 1 : 128 + (constants.signals[signal] ?? 0);
}

/** "exited with code 3", "was killed by SIGKILL" */
export function describeExit({ code, signal }: WorkerExit): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}
