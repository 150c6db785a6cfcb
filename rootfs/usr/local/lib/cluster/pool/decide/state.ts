// What the pool knows, what happens to it, and what it does about it. Plain data: no process, no timer, no file.
// All times are milliseconds of one monotonic clock.
import type { Report } from '../../worker/messages.ts';

/** Why a worker is to exit, or has exited. */
export type EndReason =
  | 'crashed'
  | 'not-ready-in-time'
  | 'stalled'
  | 'reload'
  | 'max-requests'
  | 'max-memory'
  | 'max-lifetime'
  | 'retired'
  | 'scaled-down'
  | 'stop';

/** How a process exited. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The life of a worker. A slot leads to ready workers only. */
export type Life =
  | { readonly name: 'starting'; readonly since: number; readonly isTooSlow: boolean }
  | { readonly name: 'ready'; readonly since: number }
  /** It was ready, and the app has closed its server; the app may listen again. */
  | { readonly name: 'closed'; readonly since: number; readonly isTooSlow: boolean }
  | {
      readonly name: 'draining';
      readonly since: number;
      readonly reason: EndReason;
      /** When it is killed if it still runs. */
      readonly killAt: number;
    }
  | {
      readonly name: 'stalled';
      readonly since: number;
      /** Its stack is known, or cannot be captured. */
      readonly isCaptured: boolean;
      readonly stack: string | undefined;
    }
  | { readonly name: 'gone'; readonly since: number; readonly reason: EndReason; readonly exit: WorkerExit };

export interface Worker {
  /** Counts up: a later worker has a higher id. */
  readonly id: number;
  /** The slot that it was started for. */
  readonly slot: number;
  /** The version of the app that it runs. Counts up. */
  readonly release: number;
  readonly startedAt: number;
  readonly life: Life;
  readonly report: Report | undefined;
  /** When it last gave a sign of life. */
  readonly seenAt: number;
  /** 0 to 1, drawn once: spreads the limits of siblings, so that they are not recycled together. */
  readonly jitter: number;
  /** It is ready, but no slot leads to it: each response closes nginx's connection. */
  readonly isClosingConnections: boolean;
  /** The app has asked for the end of this worker. */
  readonly isRetired: boolean;
  /** SIGKILL has been sent. */
  readonly isKilled: boolean;
}

/** A worker that has exited. */
export type GoneWorker = Worker & { readonly life: Life & { name: 'gone' } };

export interface Slot {
  /** The worker that the slot's socket leads to; undefined when none is ready. */
  readonly leadsTo: number | undefined;
  /** The release that its next worker runs. */
  readonly release: number;
  /** Workers that failed in a row without having been ready for long. */
  readonly failuresInARow: number;
  /** No new worker starts before this time. */
  readonly retryAt: number;
  /** Workers that were started for it. */
  readonly starts: number;
  readonly last: GoneWorker | undefined;
}

/** A new worker that is to take over a slot. There is at most one. */
export interface Replacement {
  readonly slot: number;
  readonly reason: EndReason;
  readonly incoming: number;
  /** It has stayed up for long enough: the worker that it replaces is being drained. */
  readonly hasSettled: boolean;
}

/** A reload in progress: slot by slot, until each runs this release. */
export interface Reload {
  readonly release: number;
}

/** What does not change during the life of the pool. 0 turns a limit off. */
export interface Policy {
  readonly slots: number;
  readonly bootTimeoutMs: number;
  /** How long a replaced worker may take to exit. */
  readonly workerDrainTimeoutMs: number;
  /** How long workers may take to exit when the pool stops. */
  readonly stopTimeoutMs: number;
  readonly workerStallTimeoutMs: number;
  readonly reloadSettleMs: number;
  readonly maxRequests: number;
  readonly maxWorkerMemoryBytes: number;
  readonly maxWorkerLifetimeMs: number;
}

export interface PoolState {
  readonly policy: Policy;
  /** All that have not exited, oldest first. */
  readonly workers: readonly Worker[];
  readonly slots: readonly Slot[];
  /** How many workers there should be: those of the first slots. */
  readonly target: number;
  readonly replacement: Replacement | undefined;
  readonly reload: Reload | undefined;
  readonly nextWorker: number;
  readonly wasEverReady: boolean;
  /** No worker could be kept running. */
  readonly hasGivenUp: boolean;
  readonly isStopping: boolean;
  readonly lastEventAt: number;
}

export type PoolEvent =
  | { readonly type: 'start' }
  | { readonly type: 'tick' }
  | { readonly type: 'ready'; readonly worker: number }
  /** The app has closed the server that was served. */
  | { readonly type: 'closed'; readonly worker: number }
  /** The app has asked for the end of this worker. */
  | { readonly type: 'retire'; readonly worker: number }
  | { readonly type: 'report'; readonly worker: number; readonly report: Report }
  | { readonly type: 'exited'; readonly worker: number; readonly exit: WorkerExit }
  /** The stack of a stalled worker; undefined when it cannot be captured. */
  | { readonly type: 'stack'; readonly worker: number; readonly stack: string | undefined }
  /** Every slot gets a worker of this release, one after the other. */
  | { readonly type: 'reload'; readonly release: number }
  | { readonly type: 'scale'; readonly workers: number }
  | { readonly type: 'stop' }
  /** The stop is to end now. */
  | { readonly type: 'hasten' };

export type Effect =
  | { readonly do: 'fork'; readonly worker: number; readonly slot: number; readonly release: number }
  /** Make the slot's socket lead to this worker; to the waiting room when no worker is ready. */
  | { readonly do: 'point'; readonly slot: number; readonly worker: number | undefined }
  /** Close each connection that the worker has now, with its next response. */
  | { readonly do: 'close-current-connections'; readonly worker: number }
  /** Close each connection with its next response, new connections too; or keep connections again. */
  | { readonly do: 'close-connections'; readonly worker: number; readonly isClosing: boolean }
  /** Exit gracefully. `isReplaced`: nginx goes on, and sends this worker's share to others. */
  | { readonly do: 'drain'; readonly worker: number; readonly isReplaced: boolean }
  /** SIGTERM, for a worker that is not ready yet. */
  | { readonly do: 'terminate'; readonly worker: number }
  /** SIGKILL, for its whole process group. */
  | { readonly do: 'kill'; readonly worker: number }
  | { readonly do: 'capture-stack'; readonly worker: number }
  | {
      readonly do: 'report-death';
      readonly worker: GoneWorker;
      /** Where it was stalled. */
      readonly stack: string | undefined;
      readonly replacedInMs: number | undefined;
    }
  | { readonly do: 'report-ready-count'; readonly ready: number }
  /** A step of a reload: `done` of `of` slots run the new release. */
  | {
      readonly do: 'report-reload-step';
      readonly step: 'starting' | 'replaced';
      readonly slot: number;
      readonly worker: number;
      readonly done: number;
      readonly of: number;
    }
  /** The end of a reload; `failed` is the worker that did not stay up, if that ended it. */
  | { readonly do: 'report-reload-end'; readonly isComplete: boolean; readonly failed: GoneWorker | undefined }
  | { readonly do: 'give-up'; readonly worker: GoneWorker };

/** The time and the random number (0 to 1) of a decision. */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

export interface Step {
  readonly state: PoolState;
  readonly effects: readonly Effect[];
}

/** The worker serves or is about to. */
export function isViable({ life }: Worker): boolean {
  return life.name === 'starting' || life.name === 'ready' || life.name === 'closed';
}

/** @returns how many workers are ready */
export function readyCount({ workers }: Pick<PoolState, 'workers'>): number {
  return workers.filter(({ life }) => life.name === 'ready').length;
}
