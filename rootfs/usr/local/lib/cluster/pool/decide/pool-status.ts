// The pool's status: each slot, and the workers on their way out. Pure.
import type { Report } from '../../worker/messages.ts';
import { type EndReason, isViable, type Life, type PoolState, type Slot, type Worker } from './state.ts';

/** A worker, with the figures of its last report. */
export interface WorkerStatus extends Omit<Report, 'cut'> {
  readonly slot: number;
  readonly pid: number | null;
  readonly state: Life['name'];
  readonly uptimeSeconds: number;
  readonly release: number;
  /** The age of these figures: a blocked worker sends no newer ones. Null before the first report. */
  readonly reportAgeMs: number | null;
}

/** The worker of a slot; `gone` if it has none. */
export interface SlotStatus extends WorkerStatus {
  /** The slot whose worker serves this slot, its own or another; null if none does. */
  readonly leadsTo: number | null;
  /** Workers started for this slot after the first. */
  readonly restarts: number;
  /** Of its workers, how many failed in a row without having been ready for 10 s. */
  readonly failuresInARow: number;
  readonly lastExit: LastExit | null;
}

export interface LastExit {
  readonly pid: number | null;
  readonly reason: EndReason;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly secondsAgo: number;
}

export interface PoolStatus {
  /** How many workers there should be. */
  readonly target: number;
  readonly isReloading: boolean;
  /** One per slot. */
  readonly workers: readonly SlotStatus[];
  /** The workers that are about to exit. */
  readonly leaving: readonly WorkerStatus[];
}

/**
 * @param now in ms, of the same clock as the state's times
 * @param pidOf the process of a worker; undefined if it is not known
 */
export function statusOf(state: PoolState, now: number, pidOf: (worker: number) => number | undefined): PoolStatus {
  const describe = (worker: Worker): WorkerStatus => ({
    slot: worker.slot,
    pid: pidOf(worker.id) ?? null,
    state: worker.life.name,
    uptimeSeconds: Math.round((now - worker.startedAt) / 1000),
    release: worker.release,
    requests: worker.report?.requests ?? 0,
    inFlight: worker.report?.inFlight ?? 0,
    loopUtilisation: worker.report?.loopUtilisation ?? 0,
    loopDelayMs: worker.report?.loopDelayMs ?? 0,
    memoryBytes: worker.report?.memoryBytes ?? 0,
    heapBytes: worker.report?.heapBytes ?? 0,
    isAppReady: worker.report?.isAppReady ?? true,
    reportAgeMs: worker.report === undefined ? null : Math.round(now - worker.seenAt),
  });
  const main = state.slots.map((slot, index) => mainOf(state, slot, index));
  return {
    target: state.target,
    isReloading: state.reload !== undefined,
    workers: state.slots.map((slot, index) => {
      const worker = main[index];
      const serving = state.workers.find(({ id, life }) => id === slot.leadsTo && life.name === 'ready');
      return {
        ...(worker === undefined ? emptySlotStatus(index, slot) : describe(worker)),
        leadsTo: serving?.slot ?? null,
        restarts: Math.max(0, slot.starts - 1),
        failuresInARow: slot.failuresInARow,
        lastExit: lastExitOf(slot, now, pidOf),
      };
    }),
    leaving: state.workers.filter((worker) => !main.includes(worker)).map(describe),
  };
}

/** The slot's own worker that serves it, else the one that is about to. */
function mainOf({ workers }: PoolState, { leadsTo }: Slot, slot: number): Worker | undefined {
  const own = workers.filter((worker) => worker.slot === slot && isViable(worker));
  return own.find(({ id }) => id === leadsTo) ?? own.at(-1);
}

function emptySlotStatus(slot: number, { release }: Slot): WorkerStatus {
  return {
    slot,
    pid: null,
    state: 'gone',
    uptimeSeconds: 0,
    release,
    requests: 0,
    inFlight: 0,
    loopUtilisation: 0,
    loopDelayMs: 0,
    memoryBytes: 0,
    heapBytes: 0,
    isAppReady: false,
    reportAgeMs: null,
  };
}

function lastExitOf({ last }: Slot, now: number, pidOf: (worker: number) => number | undefined): LastExit | null {
  if (last === undefined) return null;
  const { reason, exit, since } = last.life;
  return { pid: pidOf(last.id) ?? null, reason, ...exit, secondsAgo: Math.round((now - since) / 1000) };
}
