// A world for the pool's decisions: workers that start, serve, crash, fall silent and end, without a process. Time is a
// number, and chance a seed, so that whatever goes wrong goes wrong again.
import { decide, initialState } from '../../../rootfs/usr/local/lib/cluster/pool/decide/decide.ts';
import { stackTimeoutMs, tickEveryMs } from '../../../rootfs/usr/local/lib/cluster/pool/decide/stall.ts';
import type {
  Effect,
  Policy,
  PoolEvent,
  PoolState,
  Worker,
  WorkerExit,
} from '../../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';

export const policy: Policy = {
  slots: 4,
  bootTimeoutMs: 30_000,
  workerDrainTimeoutMs: 30_000,
  stopTimeoutMs: 5000,
  workerStallTimeoutMs: 3000,
  reloadSettleMs: 1000,
  maxRequests: 0,
  maxWorkerMemoryBytes: 0,
  maxWorkerLifetimeMs: 0,
};

export const crash: WorkerExit = { code: 9, signal: null };
export const killed: WorkerExit = { code: null, signal: 'SIGKILL' };
export const clean: WorkerExit = { code: 0, signal: null };

/** Mulberry32. @returns a function that yields numbers from 0 to 1 */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class World {
  now = 0;
  state: PoolState;
  /** All that were ordered, oldest first. */
  readonly effects: Effect[] = [];
  /** Workers that give no sign of life. */
  readonly silent = new Set<number>();
  memoryBytes = 50e6;
  requests = 0;
  readonly #random: () => number;
  readonly #check: (world: World, effects: readonly Effect[], before: PoolState) => void;

  constructor(
    options: { policy?: Partial<Policy>; workers?: number; random?: () => number } = {},
    check: (world: World, effects: readonly Effect[], before: PoolState) => void = () => {},
  ) {
    this.state = initialState({ ...policy, ...options.policy }, options.workers ?? policy.slots, 0);
    this.#random = options.random ?? (() => 0.5);
    this.#check = check;
    this.happens({ type: 'start' });
  }

  happens(event: PoolEvent): readonly Effect[] {
    const before = this.state;
    const { state, effects } = decide(before, event, { now: this.now, random: this.#random() });
    this.state = state;
    this.effects.push(...effects);
    this.#check(this, effects, before);
    return effects;
  }

  in(life: Worker['life']['name']): Worker[] {
    return this.state.workers.filter((worker) => worker.life.name === life);
  }

  ready(): Worker[] {
    return this.in('ready');
  }

  exit(worker: Worker, exit: WorkerExit): void {
    this.happens({ type: 'exited', worker: worker.id, exit });
  }

  report(worker: Worker): void {
    if (this.silent.has(worker.id)) return;
    this.happens({
      type: 'report',
      worker: worker.id,
      report: {
        requests: this.requests,
        inFlight: 0,
        loopUtilisation: 0.1,
        loopDelayMs: 0,
        memoryBytes: this.memoryBytes,
        heapBytes: 1,
        isAppReady: true,
        cut: 0,
      },
    });
  }

  /** Lets time pass, in which every worker does what it is asked to: starts within 100 ms, reports, ends when drained. */
  passes(ms: number, does: (world: World) => void = () => {}): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + tickEveryMs);
      this.happens({ type: 'tick' });
      for (const worker of this.state.workers) this.#obey(worker);
      does(this);
    }
  }

  #obey(worker: Worker): void {
    const { id, life, isKilled } = worker;
    if (isKilled) {
      this.exit(worker, killed);
      return;
    }
    if (life.name === 'starting' && !this.silent.has(id)) this.happens({ type: 'ready', worker: id });
    if (life.name === 'draining' && !this.silent.has(id)) this.exit(worker, clean);
    if (life.name === 'ready') this.report(worker);
    if (life.name === 'stalled' && this.now - life.since < stackTimeoutMs) {
      this.happens({ type: 'stack', worker: id, stack: 'work (/app/main.ts:1:1)' });
    }
  }
}

/** A pool whose workers are all ready, for so long. */
export function running(workers: number, forMs = 2000, changed: Partial<Policy> = {}): World {
  const world = new World({ workers, policy: { slots: workers, ...changed } });
  world.passes(forMs);
  world.effects.length = 0;
  return world;
}

/** An event at a later time; ready workers have reported until then, as they do every 250 ms. */
export function later(world: World, ms: number, event: PoolEvent = { type: 'tick' }): readonly Effect[] {
  for (const end = world.now + ms; world.now < end; ) {
    world.now = Math.min(end, world.now + 250);
    for (const worker of world.ready()) world.report(worker);
    if (world.now < end) world.happens({ type: 'tick' });
  }
  return world.happens(event);
}

/** Lets time pass until something is so. @throws Error after ten minutes of that world */
export function until(world: World, isSo: () => boolean, pass: () => void = () => world.passes(250)): void {
  const deadline = world.now + 600_000;
  while (!isSo()) {
    pass();
    if (world.now > deadline) throw new Error(`not so after ten minutes: ${isSo}`);
  }
}
