// What follows from a worker's exit: its reason, whether another worker starts and after what delay, or that the pool
// gives up. Pure.
import type { Draft } from './draft.ts';
import {
  type EndReason,
  type GoneWorker,
  type Replacement,
  readyCount,
  type Worker,
  type WorkerExit,
} from './state.ts';

/** A worker that was ready for this long did not fail at its start. */
export const stableAfterMs = 10_000;
const maxFailuresInARow = 5;
const firstDelayMs = 100;
const longestDelayMs = 5000;
/** Siblings that fail together must not restart together. */
const delayJitter = 0.25;

/** Records the exit of a worker, wanted or not. */
export function applyExit(draft: Draft, id: number, exit: WorkerExit): void {
  const worker = draft.worker(id);
  if (worker === undefined) return;
  const gone: GoneWorker = { ...worker, life: { name: 'gone', since: draft.now, reason: reasonOf(worker), exit } };
  draft.removeWorker(id);
  draft.setSlot(worker.slot, { last: gone });
  const stack = worker.life.name === 'stalled' ? worker.life.stack : undefined;
  const replacedInMs = planSuccessor(draft, worker, gone);
  draft.do({ do: 'report-death', worker: gone, stack, replacedInMs });
}

function reasonOf({ life }: Worker): EndReason {
  switch (life.name) {
    case 'draining':
    case 'gone':
      return life.reason;
    case 'stalled':
      return 'stalled';
    case 'starting':
    case 'closed':
      return life.isTooSlow ? 'not-ready-in-time' : 'crashed';
    case 'ready':
      return 'crashed';
  }
}

/** @returns the delay until the slot's next worker starts; undefined if none does, or one has started already */
function planSuccessor(draft: Draft, worker: Worker, gone: GoneWorker): number | undefined {
  const { replacement, isStopping, hasGivenUp, target } = draft.state;
  const { slot, life } = worker;
  if (isStopping || life.name === 'draining') return undefined;
  if (replacement?.incoming === worker.id) {
    if (!replacement.hasSettled) return abandonReplacement(draft, replacement, gone);
    draft.set({ replacement: undefined });
  }
  if (hasGivenUp) return undefined;
  // The successor of a stalled worker was started when it stalled.
  if (life.name === 'stalled' || slot >= target || draft.viableWorkersOf(slot).length > 0) return undefined;
  return recordFailure(draft, worker, gone);
}

/**
 * The new worker did not stay up: the old one goes on. A reload ends here; recycling is retried, after a longer delay
 * each time.
 * @returns the delay until the slot's next worker starts, if the slot has none now
 */
function abandonReplacement(draft: Draft, replacement: Replacement, failed: GoneWorker): number | undefined {
  const { slot, reason } = replacement;
  draft.set({ replacement: undefined });
  if (reason === 'reload') {
    draft.set({ reload: undefined });
    draft.do({ do: 'report-reload-end', isComplete: false, failed });
    return undefined;
  }
  if (draft.viableWorkersOf(slot).length === 0) return recordFailure(draft, failed, failed);
  const failuresInARow = draft.slot(slot).failuresInARow + 1;
  draft.setSlot(slot, { failuresInARow, retryAt: draft.now + delayAfter(failuresInARow, draft.random) });
  return undefined;
}

/**
 * Counts a failure that left a slot without a worker.
 * @returns the delay until the slot's next worker starts; undefined if the pool gives up
 */
function recordFailure(draft: Draft, { slot, life }: Worker, gone: GoneWorker): number | undefined {
  const failuresInARow = isStable(life, draft.now) ? 0 : draft.slot(slot).failuresInARow + 1;
  draft.setSlot(slot, { failuresInARow });
  const { workers, slots, target, wasEverReady } = draft.state;
  const isOneStable = workers.some(({ life }) => isStable(life, draft.now));
  const decision = decideAfterFailure({
    wasEverReady,
    ready: readyCount(draft.state),
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

export interface Circumstances {
  /** A worker, this or another, was ready at some time since the primary started. */
  readonly wasEverReady: boolean;
  /** Workers that are ready now. */
  readonly ready: number;
  /** Workers of this slot that failed in a row without having been ready for `stableAfterMs`, this one included. */
  readonly failuresInARow: number;
  /** The fewest such failures of any slot; 0 if a worker has been ready for `stableAfterMs`. */
  readonly failuresOfEverySlot: number;
  /** 0 to 1. */
  readonly random: number;
}

export type Decision = { readonly action: 'replace'; readonly delayMs: number } | { readonly action: 'give-up' };

/**
 * A failed start of the very first worker ends the container at once. After later failures a new worker starts, with a
 * longer delay each time, until no worker is ready or each slot has used its retries.
 */
export function decideAfterFailure(circumstances: Circumstances): Decision {
  const { wasEverReady, ready, failuresInARow, failuresOfEverySlot, random } = circumstances;
  if (!wasEverReady) return { action: 'give-up' };
  if (failuresOfEverySlot >= maxFailuresInARow) return { action: 'give-up' };
  if (ready === 0 && failuresInARow >= maxFailuresInARow) return { action: 'give-up' };
  return { action: 'replace', delayMs: delayAfter(failuresInARow, random) };
}

function delayAfter(failuresInARow: number, random: number): number {
  if (failuresInARow === 0) return 0;
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failuresInARow - 1));
  return Math.round(delayMs * (1 + delayJitter * (2 * random - 1)));
}
