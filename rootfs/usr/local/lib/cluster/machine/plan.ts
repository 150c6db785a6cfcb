// Settings and machine → how many processes of each kind, and who gets how much of the time to stop. Pure.
import type { Settings } from '../settings/read.ts';

export interface Plan {
  /** Workers that run the app, and so slots: one unix socket each. */
  readonly workers: number;
  readonly nginxWorkers: number;
}

/** One worker in dev mode, where one is started anew at each change. @param cpus CPUs that the container may use, a whole number */
export function planProcesses(settings: Settings, cpus: number): Plan {
  if (settings.mode === 'development') return { workers: 1, nginxWorkers: 1 };
  return {
    workers: settings.workers === 'auto' ? cpus : settings.workers,
    nginxWorkers: cpus,
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
