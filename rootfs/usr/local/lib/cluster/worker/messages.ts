// What the primary and a worker say to each other, and what a worker is started with. The channel is the app's, too: it
// may send what it likes (`process.send('ready')`, as for pm2), so ours have a prefix.
import type { AppFailure } from '../errors.ts';
import type { Debugger } from '../machine/node-options.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** What one worker is told. */
export interface WorkerConfiguration extends WorkerSettings {
  readonly slot: number;
  readonly entry: string;
  /** Path of the worker's unix socket. */
  readonly socket: string;
  /** The same socket, several times, opened by the primary; none where that could not be done. */
  readonly descriptors: readonly number[];
  /** Folder of V8's compiled code, shared by the workers. */
  readonly compileCache: string;
  /** To be opened; undefined: none. */
  readonly debugger: Debugger | undefined;
}

/** What a worker says of itself, again and again. */
export interface Report {
  /** Requests since its start. */
  readonly requests: number;
  /** Requests that it is working on now. */
  readonly inFlight: number;
  /** Part of the time since the last report in which its event loop was busy, 0 to 1. */
  readonly loopUtilisation: number;
  /** How late its event loop came to the last report. */
  readonly loopDelayMs: number;
  readonly memoryBytes: number;
  readonly heapBytes: number;
  /** Since the stop began: responses that their client did not get to the end. */
  readonly cut: number;
  /** What the app's own `ready` export says; true where it has none. */
  readonly isAppReady: boolean;
}

/** `exited`: by process.exit(), or without an error. */
export type FailureReason = 'threw' | 'does-not-serve' | 'exited';

/** A package that keeps state in the memory of this worker; or, of the kind `polling`, fails because another has it. */
export interface StateInMemory {
  readonly kind: 'sessions' | 'jobs' | 'rooms' | 'limits' | 'polling';
  readonly name: string;
}

export type FromWorker =
  /** A server of the app is served. Also when the app listens again. */
  | { readonly type: 'cluster:ready' }
  /** The app has closed the server that was served. */
  | { readonly type: 'cluster:closed' }
  | { readonly type: 'cluster:report'; readonly report: Report }
  /** The oldest connection that it was given is in its hands; or it has no server for it. */
  | { readonly type: 'cluster:taken' | 'cluster:refused' }
  /** Comes with a connection that it accepted while no server was served. */
  | { readonly type: 'cluster:unserved' }
  /** What may be the reason where it does not become ready in time. */
  | { readonly type: 'cluster:hint'; readonly hint: string }
  | { readonly type: 'cluster:state-in-memory'; readonly found: StateInMemory }
  /** The app has asked for the end of this worker. */
  | { readonly type: 'cluster:retire' }
  /** The app cannot run; the process is about to end. */
  | ({ readonly type: 'cluster:failed'; readonly reason: FailureReason } & AppFailure);

export type ToWorker =
  /** Comes with a connection that the primary accepted. */
  | { readonly type: 'cluster:connection' }
  /** Another worker has a slot that led here: connections that nginx has made by its name are closed. */
  | { readonly type: 'cluster:close-current-connections' }
  /** Another worker has the slot, and this one may get it back: kept connections are closed, or kept again. */
  | { readonly type: 'cluster:close-connections'; readonly isClosing: boolean }
  /** End. `isReplaced`: nginx is still there, and another worker has taken over the slot. */
  | { readonly type: 'cluster:drain'; readonly isReplaced: boolean }
  /**
   * nginx is about to stop. WebSockets and server-sent events, for which it would wait as long as it may, are ended;
   * requests are sent to where their response closes the client's connection.
   */
  | { readonly type: 'cluster:close-clients' };

/** Carries the configuration into the worker; removed there before the app sees its environment. */
export const configurationVariable = 'CLUSTER_WORKER';

/** A pipe between the primary and the watchdog's thread: what is written asks for the stack; its end is the primary's. */
export const watchdogDescriptor = 4;

/** How many descriptors of its socket a worker gets: as many connections it accepts in a turn of its event loop. docs/performance.md has others. */
export const acceptors = 8;
