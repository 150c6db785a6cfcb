// Start new, then drain old: one slot at a time, whatever the reason. Pure.
import type { Draft } from './draft.ts';
import { delayAfter, noteFailure } from './failure.ts';
import { recycleReason } from './recycle.ts';
import type { EndReason, GoneWorker, Replacement } from './state.ts';

/** Where nothing is being replaced: the next slot of a reload, or a worker that has served for long enough. */
export function beginReplacement(draft: Draft): void {
  const { replacement, roll, slots, target, hasGivenUp } = draft.state;
  if (replacement !== undefined) return;
  if (roll !== undefined) {
    const slot = slots.findIndex(({ release }, slot) => slot < target && release < roll.release);
    if (slot !== -1) {
      begin(draft, slot, 'reload', roll.release);
      return;
    }
    for (const slot of slots.keys()) draft.setSlot(slot, { release: roll.release });
    draft.set({ roll: undefined });
    draft.do({ do: 'tell-rolled', isComplete: true, failed: undefined });
  }
  if (hasGivenUp || !isComplete(draft)) return;
  for (const worker of draft.state.workers) {
    const reason = recycleReason(worker, draft.state.policy, draft.now);
    if (reason === undefined || worker.slot >= target || draft.now < draft.slot(worker.slot).retryAt) continue;
    begin(draft, worker.slot, reason, draft.slot(worker.slot).release);
    return;
  }
}

/** What crashed comes first: no worker is recycled while another is missing. */
function isComplete(draft: Draft): boolean {
  const { workers, target } = draft.state;
  return workers.filter(({ slot, life }) => slot < target && life.name === 'ready').length >= target;
}

function begin(draft: Draft, slot: number, reason: EndReason, release: number): void {
  const incoming = draft.fork(slot, release);
  draft.set({ replacement: { slot, reason, incoming, hasSettled: false } });
  if (reason === 'reload') tellStep(draft, 'starting', slot, incoming);
}

function tellStep(draft: Draft, step: 'starting' | 'replaced', slot: number, worker: number): void {
  const { roll, slots, target } = draft.state;
  if (roll === undefined) return;
  const done = slots.filter(({ release }, slot) => slot < target && release >= roll.release).length;
  draft.do({ do: 'tell-step', step, slot, worker, done, of: target });
}

/** The new worker has stayed up: what it replaces may end. When that has ended, the replacement is over. */
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
    for (const old of draft.hopefulOf(slot)) if (old.id !== id) draft.end(old, reason, policy.drainTimeoutMs);
  }
  if (draft.state.workers.some((worker) => worker.slot === slot && worker.id !== id)) return;
  draft.set({ replacement: undefined });
  if (reason === 'reload') tellStep(draft, 'replaced', slot, id);
}

/**
 * The new worker did not stay up: the old one goes on. A reload ends here; a worker that was to be recycled is tried
 * again, more slowly.
 * @returns after what time the slot gets another worker, where it has none now
 */
export function abandonReplacement(draft: Draft, replacement: Replacement, failed: GoneWorker): number | undefined {
  const { slot, reason } = replacement;
  draft.set({ replacement: undefined });
  if (reason === 'reload') {
    draft.set({ roll: undefined });
    draft.do({ do: 'tell-rolled', isComplete: false, failed });
    return undefined;
  }
  if (draft.hopefulOf(slot).length === 0) return noteFailure(draft, failed, failed);
  const failuresInARow = draft.slot(slot).failuresInARow + 1;
  draft.setSlot(slot, { failuresInARow, retryAt: draft.now + delayAfter(failuresInARow, draft.random) });
  return undefined;
}
