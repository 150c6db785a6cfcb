// What the pool knows, what happens to it, and what it has done about it. Plain data: no process, no timer, no file.
// All times are milliseconds of one clock that only goes forward.
import type { Report } from '../../worker/messages.ts';

/** Why a worker is to end, or has ended. */
export type EndReason =
  | 'crashed'
  | 'not-ready-in-time'
  | 'stalled'
  | 'reload'
  | 'max-requests'
  | 'max-memory'
  | 'max-lifetime'
  | 'scaled-down'
  | 'stop';

/** How a process ended. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The life of a worker. A ready one may have a slot; no other has. */
export type Life =
  | { readonly name: 'starting'; readonly since: number; readonly isTooSlow: boolean }
  | { readonly name: 'ready'; readonly since: number }
  | {
      readonly name: 'draining';
      readonly since: number;
      readonly reason: EndReason;
      /** Then it has had time enough. */
      readonly killAt: number;
    }
  | {
      readonly name: 'stalled';
      readonly since: number;
      /** Its stack has come, or none can be had. */
      readonly isCaptured: boolean;
      readonly stack: string | undefined;
    }
  | { readonly name: 'gone'; readonly since: number; readonly reason: EndReason; readonly exit: WorkerExit };

export interface Worker {
  /** Counts up; a later worker has a higher one. */
  readonly id: number;
  /** The slot that it was started for. */
  readonly slot: number;
  /** Which version of the app it runs. Counts up. */
  readonly release: number;
  readonly startedAt: number;
  readonly life: Life;
  readonly report: Report | undefined;
  /** When it gave its last sign of life. */
  readonly seenAt: number;
  /** 0 to 1, drawn once: by how much its limits differ from its siblings', so that they do not end together. */
  readonly jitter: number;
  /** It is ready, but another one has its slot: it sends nginx's kept connections there. */
  readonly isGivingWay: boolean;
  /** SIGKILL has been sent. */
  readonly isKilled: boolean;
}

/** A worker that has ended. */
export type GoneWorker = Worker & { readonly life: Life & { name: 'gone' } };

export interface Slot {
  /** The worker that the slot's socket leads to; undefined where none serves. */
  readonly leadsTo: number | undefined;
  /** The release that its next worker runs. */
  readonly release: number;
  /** Workers that failed in a row without having been ready for long. */
  readonly failuresInARow: number;
  /** No new worker is started before. */
  readonly retryAt: number;
  /** Workers that were started for it. */
  readonly starts: number;
  readonly last: GoneWorker | undefined;
}

/** A new worker that is to take a slot over. There is at most one. */
export interface Replacement {
  readonly slot: number;
  readonly reason: EndReason;
  readonly incoming: number;
  /** It has stayed up for long enough: what it replaces is being ended. */
  readonly hasSettled: boolean;
}

/** A reload: slot by slot until each runs this release. */
export interface Roll {
  readonly release: number;
}

/** What does not change while the pool lives. 0 turns a limit off. */
export interface Policy {
  readonly slots: number;
  readonly bootTimeoutMs: number;
  /** How long a replaced worker may take to end. */
  readonly drainTimeoutMs: number;
  /** How long workers may take to end when all of them do. */
  readonly stopTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly reloadSettleMs: number;
  readonly maxRequests: number;
  readonly maxMemoryBytes: number;
  readonly maxLifetimeMs: number;
}

export interface PoolState {
  readonly policy: Policy;
  /** All that have not ended, oldest first. */
  readonly workers: readonly Worker[];
  readonly slots: readonly Slot[];
  /** How many workers there are to be: those of the first slots. */
  readonly target: number;
  readonly replacement: Replacement | undefined;
  readonly roll: Roll | undefined;
  readonly nextWorker: number;
  readonly wasEverReady: boolean;
  /** No worker could be kept running. */
  readonly hasGivenUp: boolean;
  readonly isStopping: boolean;
  /** When something last happened. */
  readonly lastEventAt: number;
}

export type PoolEvent =
  | { readonly type: 'start' }
  | { readonly type: 'tick' }
  | { readonly type: 'ready'; readonly worker: number }
  | { readonly type: 'report'; readonly worker: number; readonly report: Report }
  | { readonly type: 'exited'; readonly worker: number; readonly exit: WorkerExit }
  /** The stack of a stalled worker; undefined where none can be had. */
  | { readonly type: 'stack'; readonly worker: number; readonly stack: string | undefined }
  /** Every slot gets a worker of this release, one after the other. */
  | { readonly type: 'reload'; readonly release: number }
  | { readonly type: 'scale'; readonly workers: number }
  | { readonly type: 'stop' };

export type Effect =
  | { readonly do: 'fork'; readonly worker: number; readonly slot: number; readonly release: number }
  /** The slot's socket leads to this worker from now on; where none serves, to where connections wait for one. */
  | { readonly do: 'point'; readonly slot: number; readonly worker: number | undefined }
  /** Close each connection that it has with its next answer. */
  | { readonly do: 'shed'; readonly worker: number }
  /** Close each connection with its next answer, those to come, too; or do so no more. */
  | { readonly do: 'give-way'; readonly worker: number; readonly isGivingWay: boolean }
  /** End politely. `isReplaced`: nginx goes on, and sends this worker's share to others. */
  | { readonly do: 'drain'; readonly worker: number; readonly isReplaced: boolean }
  /** SIGTERM, for one that has not begun to serve. */
  | { readonly do: 'terminate'; readonly worker: number }
  /** SIGKILL, for its whole process group. */
  | { readonly do: 'kill'; readonly worker: number }
  | { readonly do: 'capture-stack'; readonly worker: number }
  | {
      readonly do: 'tell-death';
      readonly worker: GoneWorker;
      /** Where it was stalled. */
      readonly stack: string | undefined;
      readonly replacedInMs: number | undefined;
    }
  | { readonly do: 'tell-ready-count'; readonly ready: number }
  /** A step of a reload: `done` of `of` slots run the new release. */
  | {
      readonly do: 'tell-step';
      readonly step: 'starting' | 'replaced';
      readonly slot: number;
      readonly worker: number;
      readonly done: number;
      readonly of: number;
    }
  /** The end of a reload; `failed` is the worker that did not stay up, where it was one. */
  | { readonly do: 'tell-rolled'; readonly isComplete: boolean; readonly failed: GoneWorker | undefined }
  | { readonly do: 'give-up'; readonly worker: GoneWorker };

/** When something is decided, and by which dice (0 to 1). */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

export interface Step {
  readonly state: PoolState;
  readonly effects: readonly Effect[];
}
