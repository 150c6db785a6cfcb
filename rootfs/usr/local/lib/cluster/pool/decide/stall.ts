// Silence: when is it the worker's, and when our own? Pure.
import type { Policy, Worker } from './state.ts';

/** How often the pool looks at the clock, at least. */
export const tickEveryMs = 250;
/** Something happens at each tick. When nothing did for so long, it was the primary that stood still. */
const longestPauseMs = 1500;
/** So long a stalled worker's stack is waited for; it takes about 30 ms where the loop is busy with JavaScript. */
export const stackTimeoutMs = 1000;

/** How often a worker tells how it is: often enough that several reports fit into the time after which it counts as stalled. */
export function reportEveryMs({ stallTimeoutMs }: Pick<Policy, 'stallTimeoutMs'>): number {
  return stallTimeoutMs === 0 ? 1000 : Math.min(1000, Math.max(50, Math.round(stallTimeoutMs / 5)));
}

/** A ready worker has given no sign of life for the time that it may take. */
export function isStalled({ life, seenAt }: Worker, { stallTimeoutMs }: Policy, now: number): boolean {
  return life.name === 'ready' && stallTimeoutMs > 0 && now - seenAt >= stallTimeoutMs;
}

/**
 * For how long the primary itself was not running (`docker pause`, a suspended machine): time that nobody may be
 * blamed for.
 */
export function pauseBefore(now: number, lastEventAt: number): number {
  const pauseMs = now - lastEventAt;
  return pauseMs > longestPauseMs ? pauseMs : 0;
}
