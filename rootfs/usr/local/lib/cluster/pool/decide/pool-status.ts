// What the pool tells of itself: of each slot, and of workers on their way out. Pure.
import type { Report } from '../../worker/messages.ts';
import type { EndReason, Life, PoolState, Slot, Worker } from './state.ts';

/** With what it told last of itself. */
export interface WorkerStatus extends Omit<Report, 'cut'> {
  readonly slot: number;
  readonly pid: number | null;
  readonly state: Life['name'];
  readonly uptimeSeconds: number;
  readonly release: number;
  /** How old these figures are: a blocked worker gives no newer ones. Null before the first. */
  readonly reportAgeMs: number | null;
}

/** The worker of a slot; `gone` where it has none. */
export interface SlotStatus extends WorkerStatus {
  /** The slot whose worker answers in the place of this one's; null where none does. */
  readonly leadsTo: number | null;
  /** Workers started for this slot after the first. */
  readonly restarts: number;
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
  /** How many workers there are to be. */
  readonly target: number;
  readonly isReloading: boolean;
  /** One a slot. */
  readonly workers: readonly SlotStatus[];
  /** Those that no slot leads to any more. */
  readonly leaving: readonly WorkerStatus[];
}

/** @param pidOf the process of a worker; undefined where it is not known */
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
    isReloading: state.roll !== undefined,
    workers: state.slots.map((slot, index) => {
      const worker = main[index];
      const serving = state.workers.find(({ id, life }) => id === slot.leadsTo && life.name === 'ready');
      return {
        ...(worker === undefined ? nobody(index, slot) : describe(worker)),
        leadsTo: serving?.slot ?? null,
        restarts: Math.max(0, slot.starts - 1),
        lastExit: lastExitOf(slot, now, pidOf),
      };
    }),
    leaving: state.workers.filter((worker) => !main.includes(worker)).map(describe),
  };
}

/** The one that answers for the slot, else the one that is about to. */
function mainOf({ workers }: PoolState, { leadsTo }: Slot, slot: number): Worker | undefined {
  const own = workers.filter((worker) => worker.slot === slot && ['starting', 'ready'].includes(worker.life.name));
  return own.find(({ id }) => id === leadsTo) ?? own.at(-1);
}

function nobody(slot: number, { release }: Slot): WorkerStatus {
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
