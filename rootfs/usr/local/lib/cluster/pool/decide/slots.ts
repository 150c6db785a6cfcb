// Which worker each slot's socket leads to. Pure.
import type { PoolState, Worker } from './state.ts';

/** Those that may be sent requests. Of slots that are no longer wanted only where there is no other. */
function servingWorkers({ workers, target }: PoolState): Worker[] {
  const ready = workers.filter(({ life }) => life.name === 'ready');
  const wanted = ready.filter(({ slot }) => slot < target);
  return wanted.length > 0 ? wanted : ready;
}

/**
 * A slot leads to its own worker, the newest of them. One without leads to somebody else's, and stays with it as long as
 * no worker has more than its share of such slots.
 * @returns a worker's id for each slot; undefined where no worker can serve
 */
export function assignSlots(state: PoolState): (number | undefined)[] {
  const serving = servingWorkers(state);
  if (serving.length === 0) return state.slots.map(() => undefined);
  const assigned = state.slots.map((_, slot) => serving.findLast((worker) => worker.slot === slot)?.id);
  // The old worker of a slot that has a new one is about to end.
  const takers = serving.filter(({ id, slot }) => assigned[slot] === id || assigned[slot] === undefined);
  const share = Math.ceil(state.slots.length / takers.length);
  const led = new Map(takers.map(({ id }) => [id, 0]));
  const lead = (id: number) => led.set(id, (led.get(id) ?? 0) + 1);
  for (const id of assigned) if (id !== undefined) lead(id);

  for (const [slot, { leadsTo }] of state.slots.entries()) {
    if (assigned[slot] !== undefined) continue;
    const mayStay = leadsTo !== undefined && (led.get(leadsTo) ?? share) < share;
    const id = mayStay ? leadsTo : [...led].reduce((least, other) => (other[1] < least[1] ? other : least))[0];
    assigned[slot] = id;
    lead(id);
  }
  return assigned;
}
