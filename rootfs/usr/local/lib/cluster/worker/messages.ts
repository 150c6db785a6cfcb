// What the primary and a worker say to each other, and what a worker is started with. The channel is the app's, too: it
// may send what it likes (`process.send('ready')`, as for pm2), so ours have a prefix.

import type { LogLevel } from '../log.ts';

export interface WorkerConfiguration {
  readonly slot: number;
  readonly entry: string;
  /** Path of the unix socket that the app is to listen on. */
  readonly socket: string;
  /** The same socket, several times, opened by the primary; none where that could not be done. */
  readonly descriptors: readonly number[];
  readonly port: number;
  /** Folder of V8's compiled code, shared by the workers. */
  readonly compileCache: string;
  readonly logLevel: LogLevel;
  /** Connections come from nginx; else they are clients' own. */
  readonly isBehindNginx: boolean;
  /** nginx keeps answers that may be kept. */
  readonly isCached: boolean;
  /** What requests' URLs begin with that the app does not see; '' for nothing. */
  readonly basePath: string;
  /** URL paths whose requests cannot be sent a second time, since nginx does not keep their bodies; undefined: no request can. */
  readonly notSentAway: readonly string[] | undefined;
  readonly reportEveryMs: number;
  /** A thread is to watch the event loop, and tells its stack over `watchdogDescriptor`. */
  readonly isWatched: boolean;
}

/** What a worker says of itself, again and again. */
export interface Report {
  /** Requests since its start. */
  readonly requests: number;
  /** Requests that it is answering now. */
  readonly inFlight: number;
  /** Part of the time since the last report in which its event loop was busy, 0 to 1. */
  readonly loopUtilisation: number;
  /** How late its event loop came to the last report. */
  readonly loopDelayMs: number;
  readonly memoryBytes: number;
  readonly heapBytes: number;
  /** Since the stop began: answers that their client did not get to the end. */
  readonly cut: number;
  /** What the app's own `ready` export says; true where it has none. */
  readonly isAppReady: boolean;
}

export type FromWorker =
  | { readonly type: 'cluster:ready' }
  | { readonly type: 'cluster:report'; readonly report: Report }
  /** The oldest connection that it was given is in its hands. */
  | { readonly type: 'cluster:taken' }
  /** The app cannot run; the process is about to end. `message` is the reason in one line. */
  | { readonly type: 'cluster:failed'; readonly reason: 'threw' | 'does-not-serve'; readonly message: string };

export type ToWorker =
  /** Comes with a connection that nginx has made while no worker served. */
  | { readonly type: 'cluster:connection' }
  /** Another worker has a slot that led here: connections that nginx has made by its name are closed. */
  | { readonly type: 'cluster:shed' }
  /** Another worker has the slot, and this one may get it back: kept connections are closed, or kept again. */
  | { readonly type: 'cluster:give-way'; readonly isGivingWay: boolean }
  /** End. `isReplaced`: nginx is still there, and another worker has taken over the slot. */
  | { readonly type: 'cluster:drain'; readonly isReplaced: boolean }
  /**
   * nginx is about to stop. WebSockets and server-sent events, for which it would wait as long as it may, are ended;
   * requests are sent to where their answer closes the client's connection.
   */
  | { readonly type: 'cluster:close-clients' };

/** Carries the configuration into the worker; removed there before the app sees its environment. */
export const configurationVariable = 'CLUSTER_WORKER';

/** A pipe between the primary and the watchdog's thread: what is written asks for the stack; its end is the primary's. */
export const watchdogDescriptor = 4;

/** So many descriptors of its socket a worker gets: so many connections it accepts in a turn of its event loop. docs/performance.md has others. */
export const acceptors = 8;
