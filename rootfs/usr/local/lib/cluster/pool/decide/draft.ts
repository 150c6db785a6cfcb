// A state under change, and the effects that go with the changes. The state that it began with stays as it was.
import {
  type Effect,
  type EndReason,
  isViable,
  type Moment,
  type PoolState,
  type Slot,
  type Step,
  type Worker,
} from './state.ts';

/** Time between SIGTERM and SIGKILL for a worker that is not ready yet: nothing can be lost. */
const killStartingAfterMs = 1000;

export class Draft {
  readonly now: number;
  readonly random: number;
  readonly #effects: Effect[] = [];
  #state: PoolState;

  constructor(state: PoolState, { now, random }: Moment) {
    this.#state = state;
    this.now = now;
    this.random = random;
  }

  get state(): PoolState {
    return this.#state;
  }

  get step(): Step {
    return { state: this.#state, effects: this.#effects };
  }

  do(effect: Effect): void {
    this.#effects.push(effect);
  }

  set(changes: Partial<PoolState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  setSlot(slot: number, changes: Partial<Slot>): void {
    this.set({ slots: this.#state.slots.map((old, index) => (index === slot ? { ...old, ...changes } : old)) });
  }

  setWorker(id: number, changes: Partial<Worker>): void {
    this.set({ workers: this.#state.workers.map((old) => (old.id === id ? { ...old, ...changes } : old)) });
  }

  removeWorker(id: number): void {
    this.set({ workers: this.#state.workers.filter((worker) => worker.id !== id) });
  }

  worker(id: number): Worker | undefined {
    return this.#state.workers.find((worker) => worker.id === id);
  }

  slot(slot: number): Slot {
    const found = this.#state.slots[slot];
    if (found === undefined) throw new RangeError(`slot ${slot} of ${this.#state.slots.length}`);
    return found;
  }

  /** Workers of a slot that serve or are about to. */
  viableWorkersOf(slot: number): Worker[] {
    return this.#state.workers.filter((worker) => worker.slot === slot && isViable(worker));
  }

  /** Starts a worker. @returns its id */
  fork(slot: number, release: number): number {
    const { nextWorker: id, workers } = this.#state;
    const worker: Worker = {
      id,
      slot,
      release,
      startedAt: this.now,
      life: { name: 'starting', since: this.now, isTooSlow: false },
      report: undefined,
      seenAt: this.now,
      jitter: this.random,
      isClosingConnections: false,
      isRetired: false,
      isKilled: false,
    };
    this.set({ workers: [...workers, worker], nextWorker: id + 1 });
    this.setSlot(slot, { starts: this.slot(slot).starts + 1 });
    this.do({ do: 'fork', worker: id, slot, release });
    return id;
  }

  /** Asks a worker to exit, and kills it after `withinMs`. */
  end({ id, life }: Worker, reason: EndReason, withinMs: number): void {
    // One that has closed its server may still be working on requests.
    const hasServed = life.name === 'ready' || life.name === 'closed';
    if (hasServed) this.do({ do: 'drain', worker: id, isReplaced: reason !== 'stop' });
    else this.do({ do: 'terminate', worker: id });
    const killAt = this.now + (hasServed ? withinMs : Math.min(withinMs, killStartingAfterMs));
    this.setWorker(id, { life: { name: 'draining', since: this.now, reason, killAt } });
  }

  kill(id: number): void {
    this.do({ do: 'kill', worker: id });
    this.setWorker(id, { isKilled: true });
  }
}
