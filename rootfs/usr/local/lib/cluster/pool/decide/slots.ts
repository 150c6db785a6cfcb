// Which worker each slot's socket leads to. Pure.
import type { Draft } from './draft.ts';
import type { PoolState, Worker } from './state.ts';

/** Makes every slot lead to a ready worker, and moves nginx's connections with it. */
export function pointSlots(draft: Draft): void {
  const workersThatLostASlot = new Set<number>();
  for (const [slot, worker] of assignSlots(draft.state).entries()) {
    const { leadsTo } = draft.slot(slot);
    if (worker === leadsTo) continue;
    draft.setSlot(slot, { leadsTo: worker });
    draft.do({ do: 'point', slot, worker });
    if (leadsTo !== undefined) workersThatLostASlot.add(leadsTo);
  }
  closeMovedConnections(draft, workersThatLostASlot);
}

/**
 * nginx keeps its connections, wherever a slot leads by now. A worker that has lost one of its slots closes those that
 * it has, each with its next response; one that has lost all slots closes new ones too. So the new worker gets its share
 * at once, and serves real traffic before the old one exits.
 */
function closeMovedConnections(draft: Draft, workersThatLostASlot: ReadonlySet<number>): void {
  const workersWithASlot = new Set(draft.state.slots.map(({ leadsTo }) => leadsTo));
  for (const { id, life, isClosingConnections } of draft.state.workers) {
    if (life.name !== 'ready') continue;
    const isClosing = !workersWithASlot.has(id);
    if (isClosing !== isClosingConnections) {
      draft.setWorker(id, { isClosingConnections: isClosing });
      draft.do({ do: 'close-connections', worker: id, isClosing });
    } else if (workersThatLostASlot.has(id)) {
      draft.do({ do: 'close-current-connections', worker: id });
    }
  }
}

/**
 * A slot leads to its own worker, the newest one. A slot without one leads to another slot's worker, and stays with it
 * as long as no worker has more than its share of such slots.
 * @returns a worker's id for each slot; undefined if no worker is ready
 */
function assignSlots(state: PoolState): (number | undefined)[] {
  const serving = servingWorkers(state);
  if (serving.length === 0) return state.slots.map(() => undefined);
  const assigned = state.slots.map((_, slot) => serving.findLast((worker) => worker.slot === slot)?.id);
  // The old worker of a slot that has a new one is about to exit.
  const candidates = serving.filter(({ id, slot }) => assigned[slot] === id || assigned[slot] === undefined);
  const share = Math.ceil(state.slots.length / candidates.length);
  const slotCounts = new Map(candidates.map(({ id }) => [id, 0]));
  const count = (id: number) => slotCounts.set(id, (slotCounts.get(id) ?? 0) + 1);
  for (const id of assigned) if (id !== undefined) count(id);

  for (const [slot, { leadsTo }] of state.slots.entries()) {
    if (assigned[slot] !== undefined) continue;
    const staysWithWorker = leadsTo !== undefined && (slotCounts.get(leadsTo) ?? share) < share;
    const id = staysWithWorker ? leadsTo : leastOf(slotCounts);
    assigned[slot] = id;
    count(id);
  }
  return assigned;
}

/** The workers that may get requests. Those of surplus slots only if there is no other. */
function servingWorkers({ workers, target }: PoolState): Worker[] {
  const ready = workers.filter(({ life }) => life.name === 'ready');
  const wanted = ready.filter(({ slot }) => slot < target);
  return wanted.length > 0 ? wanted : ready;
}

/** The first worker with the fewest slots. */
function leastOf(slotCounts: ReadonlyMap<number, number>): number {
  return [...slotCounts].reduce((least, other) => (other[1] < least[1] ? other : least))[0];
}
