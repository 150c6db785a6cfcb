// What the primary and a worker say to each other, and what a worker is started with. The channel is the app's, too: it
// may send what it likes (`process.send('ready')`, as for pm2), so ours have a prefix.

export interface WorkerConfiguration {
  readonly slot: number;
  readonly entry: string;
  readonly socket: string;
  readonly port: number;
  /** Folder of V8's compiled code, shared by the workers. */
  readonly compileCache: string;
}

export type FromWorker =
  | { readonly type: 'cluster:ready' }
  /** The app cannot run; the process is about to end. `message` is the reason in one line. */
  | { readonly type: 'cluster:failed'; readonly reason: 'threw' | 'does-not-serve'; readonly message: string };

/** `isReplaced`: nginx is still there, and another worker has taken over the slot. */
export type ToWorker =
  | { readonly type: 'cluster:drain'; readonly isReplaced: boolean }
  /** nginx is about to stop, and would wait for WebSockets as long as it may. */
  | { readonly type: 'cluster:close-upgraded' };

/** Carries the configuration into the worker; removed there before the app sees its environment. */
export const configurationVariable = 'CLUSTER_WORKER';
