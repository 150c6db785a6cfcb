// Start the new worker, then drain the old one: one slot at a time, whatever the reason. Pure.
import type { Draft } from './draft.ts';
import type { EndReason, Policy, Worker } from './state.ts';

/** Workers that started together must not be recycled together: each may exceed its limits by up to this fraction. */
const limitJitter = 0.1;

/** If nothing is being replaced: begins with the next slot of a reload, or with a worker that has reached a limit. */
export function beginReplacement(draft: Draft): void {
  const { replacement, reload, slots, target, hasGivenUp } = draft.state;
  if (replacement !== undefined) return;
  if (reload !== undefined) {
    const slot = slots.findIndex(({ release }, slot) => slot < target && release < reload.release);
    if (slot !== -1) {
      begin(draft, slot, 'reload', reload.release);
      return;
    }
    for (const slot of slots.keys()) draft.setSlot(slot, { release: reload.release });
    draft.set({ reload: undefined });
    draft.do({ do: 'report-reload-end', isComplete: true, failed: undefined });
  }
  if (hasGivenUp || !isComplete(draft)) return;
  for (const worker of draft.state.workers) {
    const reason = recycleReason(worker, draft.state.policy, draft.now);
    if (reason === undefined || worker.slot >= target || draft.now < draft.slot(worker.slot).retryAt) continue;
    begin(draft, worker.slot, reason, draft.slot(worker.slot).release);
    return;
  }
}

/** Crashed workers come first: none is recycled while another is missing. */
function isComplete(draft: Draft): boolean {
  const { workers, target } = draft.state;
  return workers.filter(({ slot, life }) => slot < target && life.name === 'ready').length >= target;
}

/** @returns which limit a ready worker has reached, or that its app has asked for its end; undefined for neither */
function recycleReason(worker: Worker, policy: Policy, now: number): EndReason | undefined {
  const { maxRequests, maxWorkerMemoryBytes, maxWorkerLifetimeMs } = policy;
  if (worker.life.name !== 'ready') return undefined;
  if (worker.isRetired) return 'retired';
  const factor = 1 + limitJitter * worker.jitter;
  const { requests = 0, memoryBytes = 0 } = worker.report ?? {};
  if (maxWorkerMemoryBytes > 0 && memoryBytes > maxWorkerMemoryBytes) return 'max-memory';
  if (maxRequests > 0 && requests >= maxRequests * factor) return 'max-requests';
  if (maxWorkerLifetimeMs > 0 && now - worker.startedAt >= maxWorkerLifetimeMs * factor) return 'max-lifetime';
  return undefined;
}

function begin(draft: Draft, slot: number, reason: EndReason, release: number): void {
  const incoming = draft.fork(slot, release);
  draft.set({ replacement: { slot, reason, incoming, hasSettled: false } });
  if (reason === 'reload') reportReloadStep(draft, 'starting', slot, incoming);
}

function reportReloadStep(draft: Draft, step: 'starting' | 'replaced', slot: number, worker: number): void {
  const { reload, slots, target } = draft.state;
  if (reload === undefined) return;
  const done = slots.filter(({ release }, slot) => slot < target && release >= reload.release).length;
  draft.do({ do: 'report-reload-step', step, slot, worker, done, of: target });
}

/** When the new worker has stayed up, the old one is drained. When that has exited, the replacement is over. */
export function advanceReplacement(draft: Draft): void {
  const { replacement, policy, target } = draft.state;
  if (replacement === undefined) return;
  const { slot, incoming: id, reason, hasSettled } = replacement;
  const incoming = draft.worker(id);
  if (incoming === undefined || slot >= target) {
    draft.set({ replacement: undefined });
    return;
  }
  if (!hasSettled) {
    if (incoming.life.name !== 'ready' || draft.now - incoming.life.since < policy.reloadSettleMs) return;
    draft.set({ replacement: { ...replacement, hasSettled: true }, hasGivenUp: false });
    draft.setSlot(slot, { release: incoming.release, failuresInARow: 0 });
    for (const old of draft.viableWorkersOf(slot))
      if (old.id !== id) draft.end(old, reason, policy.workerDrainTimeoutMs);
  }
  if (draft.state.workers.some((worker) => worker.slot === slot && worker.id !== id)) return;
  draft.set({ replacement: undefined });
  if (reason === 'reload') reportReloadStep(draft, 'replaced', slot, id);
}
