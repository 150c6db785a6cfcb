// Settings and machine → how many processes of each kind, and who gets how much of the time to stop. Pure.
import { totalmem } from 'node:os';
import type { Settings } from '../settings/read.ts';

export interface Plan {
  readonly minWorkers: number;
  /** As many slots, one unix socket each. */
  readonly maxWorkers: number;
  readonly startWorkers: number;
  readonly nginxWorkers: number;
  /** What the container may use. */
  readonly memoryBytes: number;
}

/** One worker in dev mode, where one is started anew at each change. @param cpus CPUs that the container may use, a whole number */
export function planProcesses(settings: Settings, cpus: number): Plan {
  const memoryBytes = process.constrainedMemory() || totalmem();
  if (settings.mode === 'development') {
    return { minWorkers: 1, maxWorkers: 1, startWorkers: 1, nginxWorkers: 1, memoryBytes };
  }
  const { min, max } = settings.workers === 'auto' ? { min: cpus, max: cpus } : settings.workers;
  return {
    minWorkers: min,
    maxWorkers: max,
    startWorkers: Math.min(max, Math.max(min, cpus)),
    nginxWorkers: cpus,
    memoryBytes,
  };
}

export interface StopBudget {
  /** Time for requests in flight once nginx has closed its port, in ms. */
  readonly requestsMs: number;
  /** Time for the app's own shutdown after that, in ms. */
  readonly workersMs: number;
}

/** What is left of STOP_TIMEOUT after DRAIN_DELAY: a quarter, at most 5 s, for the app's close hooks, the rest for requests. */
export function planStop({ stopTimeoutMs, drainDelayMs }: Settings): StopBudget {
  const leftMs = stopTimeoutMs - drainDelayMs;
  const workersMs = Math.min(5000, Math.round(leftMs / 4));
  return { requestsMs: leftMs - workersMs, workersMs };
}
