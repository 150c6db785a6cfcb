// How the process of a worker is started: what is the same for all workers of a container.
import { logNamesOf } from '../configuration/log-fifos.ts';
import { nodeOptionsOf, type Plan } from '../machine/plan.ts';
import type { Settings } from '../settings/read.ts';
import { type WorkerSettings, workerSettingsOf } from '../worker/worker-settings.ts';

/** nginx adds headers of its own to what it lets through. */
const addedHeaderBytes = 4096;

export interface Launch {
  readonly settings: WorkerSettings;
  readonly appArguments: readonly string[];
  /** Flags of Node's own, such as its heap's size. */
  readonly nodeFlags: readonly string[];
  /** NODE_ENV where the container has none. */
  readonly nodeEnvironment: string;
  /** How many workers have FIFOs of their own to print into, where there are any. */
  readonly logNames: number;
}

/** @param hasOwnNginxConfiguration see workerSettingsOf() */
export function launchOf(settings: Settings, plan: Plan, hasOwnNginxConfiguration: boolean): Launch {
  return {
    settings: workerSettingsOf(settings, hasOwnNginxConfiguration),
    appArguments: settings.appArguments,
    // As much as nginx lets through: Node's own 16 KB would answer 431 to what nginx had accepted.
    nodeFlags: [`--max-http-header-size=${settings.maxHeaderBytes + addedHeaderBytes}`, ...nodeOptionsOf(plan)],
    nodeEnvironment: settings.mode,
    logNames: logNamesOf(plan.maxWorkers),
  };
}
