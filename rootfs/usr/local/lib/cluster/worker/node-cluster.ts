// An app that uses node:cluster itself goes straight to its worker branch: here it is one worker of many already.
import cluster from 'node:cluster';
import { syncBuiltinESMExports } from 'node:module';

/**
 * @param slot the worker's slot; node:cluster counts from 1
 * @param retire asks the primary for the end of this worker, which another one replaces first
 */
export function actAsClusterWorker(slot: number, retire: () => void): void {
  const worker = Object.assign(Object.create(cluster.Worker?.prototype ?? Object.prototype), {
    id: slot + 1,
    process,
    exitedAfterDisconnect: undefined,
    isConnected: () => process.connected,
    isDead: () => false,
    send: (...args: unknown[]) => Reflect.apply(process.send ?? (() => false), process, args),
    disconnect() {
      worker.exitedAfterDisconnect = true;
      retire();
      return worker;
    },
    kill: endBySignal,
    destroy: endBySignal,
  });
  // The channel is the image's: without it, the worker would be cut off.
  process.disconnect = () => worker.disconnect();
  for (const [name, value] of Object.entries({ isPrimary: false, isMaster: false, isWorker: true, worker })) {
    Object.defineProperty(cluster, name, { value, configurable: true, enumerable: true, writable: true });
  }
  syncBuiltinESMExports();
}

function endBySignal(signal: NodeJS.Signals = 'SIGTERM'): void {
  process.kill(process.pid, signal);
}

/**
 * Runs `call`, in which a server may listen on a descriptor: a worker of node:cluster would ask its primary for that, and
 * here is none of node:cluster's.
 */
export function asPrimary<T>(call: () => T): T {
  const writable: { isPrimary: boolean } = cluster;
  const { isPrimary } = writable;
  writable.isPrimary = true;
  try {
    return call();
  } finally {
    writable.isPrimary = isPrimary;
  }
}
