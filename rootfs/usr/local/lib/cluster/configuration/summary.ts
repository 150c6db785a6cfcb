// A configuration in one line, for the log and for `cluster config check`.
import { counted } from '../log.ts';
import { formatSize } from '../settings/units.ts';
import type { Configuration } from './store.ts';

/** What matters, in one line. */
export function summarise({ settings, plan }: Configuration): string {
  const { nginx, port, maxUploadBytes, requestTimeoutMs, stopTimeoutMs } = settings;
  const { minWorkers, maxWorkers, workerMemoryBytes, heapMb, nginxWorkers } = plan;
  const workers =
    minWorkers === maxWorkers ? counted(maxWorkers, 'worker') : `${minWorkers} to ${counted(maxWorkers, 'worker')}`;
  const memory = `${Math.floor(workerMemoryBytes / 1024 ** 2)} MB${maxWorkers === 1 ? '' : ' each'}`;
  const heap = heapMb === undefined ? '' : ` (heap ${heapMb} MB)`;
  const uploads = maxUploadBytes === 0 ? 'uploads of any size' : `uploads up to ${formatSize(maxUploadBytes)}`;
  const front = nginx
    ? `nginx: ${counted(nginxWorkers, 'worker')}, port ${port}, ${uploads}, 504 after ${requestTimeoutMs / 1000} s`
    : `no nginx, port ${port}`;
  return `${workers} with ${memory}${heap}; ${front}; a stop within ${stopTimeoutMs / 1000} s`;
}
