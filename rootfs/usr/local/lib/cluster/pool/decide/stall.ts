// Silence: a worker that stands still loses its slot at once. While the primary itself stood still, no worker is blamed.
// Pure.
import type { Draft } from './draft.ts';
import type { Policy, Worker } from './state.ts';

/** How often the pool looks at the clock, at least. */
export const tickEveryMs = 250;
/** There is an event at each tick. After a longer time without one, it was the primary that stood still. */
const longestPauseMs = 1500;
/** How long the pool waits for the stack of a stalled worker; it takes about 30 ms if the loop is busy with JavaScript. */
export const stackTimeoutMs = 1000;

/**
 * The primary may not have been running (`docker pause`, a suspended machine). It could not hear its workers in that time,
 * so their deadlines move by it.
 */
export function forgivePause(draft: Draft): void {
  const { workers, lastEventAt } = draft.state;
  const pauseMs = draft.now - lastEventAt;
  if (pauseMs <= longestPauseMs) return;
  for (const { id, life, seenAt } of workers) {
    draft.setWorker(id, { seenAt: seenAt + pauseMs });
    if (life.name === 'starting' || life.name === 'closed')
      draft.setWorker(id, { life: { ...life, since: life.since + pauseMs } });
    if (life.name === 'draining') draft.setWorker(id, { life: { ...life, killAt: life.killAt + pauseMs } });
  }
}

/** A stalled worker loses its slot at once, and is killed a moment later: its stack is captured first. */
export function findStalled(draft: Draft): void {
  for (const worker of draft.state.workers) {
    if (!isStalled(worker, draft.state.policy, draft.now)) continue;
    draft.setWorker(worker.id, {
      life: { name: 'stalled', since: draft.now, isCaptured: false, stack: undefined },
    });
    draft.do({ do: 'capture-stack', worker: worker.id });
  }
}

/** A ready worker has given no sign of life for the stall timeout. */
function isStalled({ life, seenAt }: Worker, { workerStallTimeoutMs }: Policy, now: number): boolean {
  return life.name === 'ready' && workerStallTimeoutMs > 0 && now - seenAt >= workerStallTimeoutMs;
}

/** Kills the stalled workers whose stack is known or does not come. */
export function killStalled(draft: Draft): void {
  for (const { id, life, isKilled } of draft.state.workers) {
    if (life.name !== 'stalled' || isKilled) continue;
    if (life.isCaptured || draft.now - life.since >= stackTimeoutMs) draft.kill(id);
  }
}
