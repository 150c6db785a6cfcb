// When a worker has served for long enough. Pure.
import type { EndReason, Policy, Worker } from './state.ts';

/** Workers that started together are not to end together: each gets up to this part more of requests and time. */
const jitter = 0.1;

/** @returns why it is to be replaced, or undefined where it is not */
export function recycleReason(worker: Worker, policy: Policy, now: number): EndReason | undefined {
  const { maxRequests, maxMemoryBytes, maxLifetimeMs } = policy;
  if (worker.life.name !== 'ready') return undefined;
  const part = 1 + jitter * worker.jitter;
  const { requests = 0, memoryBytes = 0 } = worker.report ?? {};
  if (maxMemoryBytes > 0 && memoryBytes > maxMemoryBytes) return 'max-memory';
  if (maxRequests > 0 && requests >= maxRequests * part) return 'max-requests';
  if (maxLifetimeMs > 0 && now - worker.startedAt >= maxLifetimeMs * part) return 'max-lifetime';
  return undefined;
}
