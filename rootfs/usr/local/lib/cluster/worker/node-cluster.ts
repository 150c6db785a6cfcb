// An app that uses node:cluster itself goes straight to its worker branch: here it is one worker of many already.
import cluster from 'node:cluster';
import { syncBuiltinESMExports } from 'node:module';

/** @param slot the worker's slot; node:cluster counts from 1 */
export function actAsClusterWorker(slot: number): void {
  const worker = Object.assign(Object.create(cluster.Worker?.prototype ?? Object.prototype), { id: slot + 1, process });
  for (const [name, value] of Object.entries({ isPrimary: false, isMaster: false, isWorker: true, worker })) {
    Object.defineProperty(cluster, name, { value, configurable: true, enumerable: true, writable: true });
  }
  syncBuiltinESMExports();
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
