// How the process of a worker is started: what is the same for all workers of a container.
import { logNamesOf } from '../configuration/log-fifos.ts';
import type { StoredConfiguration } from '../configuration/store.ts';
import type { Debugger } from '../machine/node-options.ts';
import { nodeOptionsOf } from '../machine/plan.ts';
import type { Environment } from '../settings/findings.ts';
import { type WorkerSettings, workerSettingsOf } from '../worker/worker-settings.ts';

/** nginx adds headers of its own to what it lets through. */
const addedHeaderBytes = 4096;

export interface Launch {
  readonly settings: WorkerSettings;
  readonly appArguments: readonly string[];
  /** Flags of Node's own, such as its heap's size. */
  readonly nodeFlags: readonly string[];
  /** The app's: app/app-environment.ts. */
  readonly environment: Environment;
  /** See StoredConfiguration. */
  readonly isNodeEnvironmentSet: boolean;
  /** Of worker 0; undefined: none. */
  readonly debugger: Debugger | undefined;
  /** How many workers have FIFOs of their own to print into, where there are any. */
  readonly logNames: number;
}

/** @param ownLocationPaths see workerSettingsOf() */
export function launchOf(
  { settings, plan, environment, isNodeEnvironmentSet }: StoredConfiguration,
  ownLocationPaths: readonly string[] | undefined,
): Launch {
  return {
    settings: workerSettingsOf(settings, plan, ownLocationPaths),
    appArguments: settings.appArguments,
    // As much as nginx lets through: Node's own 16 KB would answer 431 to what nginx had accepted.
    nodeFlags: [`--max-http-header-size=${settings.maxHeaderBytes + addedHeaderBytes}`, ...nodeOptionsOf(plan)],
    environment,
    isNodeEnvironmentSet,
    debugger: plan.debugger,
    logNames: logNamesOf(plan.maxWorkers),
  };
}
