// What a container was configured with: made once, before the supervisor starts, and read by all that runs after.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { errors } from './errors.ts';
import { hasIpv6, identity } from './machine/container.ts';
import { type Machine, measureMachine } from './machine/machine.ts';
import { type Plan, planProcesses, planStop } from './machine/plan.ts';
import { renderNginxConfiguration } from './nginx/template.ts';
import { run } from './paths.ts';
import { type Environment, type Mode, type Reading, readSettings, type Settings } from './settings/read.ts';
import { schema } from './settings/schema.ts';

export interface Configuration {
  readonly settings: Settings;
  readonly plan: Plan;
}

/** When what happened before the supervisor was started; times by Date.now(). */
export interface Boot {
  readonly beganAt: number;
  readonly preStartMs: number;
  readonly configuredAt: number;
}

export interface StoredConfiguration extends Configuration {
  readonly boot: Boot;
}

/** A configuration with all that is known of how it came about. */
export interface Explained extends Configuration {
  readonly origins: Reading['origins'];
  readonly machine: Machine;
  readonly warnings: readonly string[];
}

/** @throws ClusterError SETTINGS_INVALID with a line for each problem */
export async function makeConfiguration(environment: Environment, mode: Mode): Promise<Explained> {
  const { settings, origins, warnings } = readSettings(environment, mode);
  const machine = await measureMachine(environment);
  const plan = planProcesses(settings, machine, environment.NODE_OPTIONS);
  return { settings, origins, machine, plan, warnings: [...warnings, ...plan.warnings] };
}

/** @returns nginx.conf @param folder where nginx writes */
export function renderNginx({ settings, plan }: Configuration, folder: string): string {
  return renderNginxConfiguration({
    settings,
    plan,
    folder,
    isRoot: identity().uid === 0,
    hasIpv6: hasIpv6(),
    hasStaticFolder: existsSync(settings.staticPath),
    requestsMs: planStop(settings).requestsMs,
  });
}

/** Readable by this container's user alone: a setting may be a secret. */
export function storeConfiguration({ settings, plan, boot }: StoredConfiguration): void {
  writeFileSync(run.configuration, JSON.stringify({ settings, plan, boot }), { mode: 0o600 });
}

/**
 * The configuration of this container. For processes that run after the entrypoint.
 * @throws ClusterError NOT_CONFIGURED in a container that only runs a command
 */
export function loadConfiguration(): StoredConfiguration {
  try {
    return JSON.parse(readFileSync(run.configuration, 'utf8'));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? errors.notConfigured() : error;
  }
}

/** What matters, in one line. */
export function summarise({ settings, plan }: Configuration): string {
  const { port, maxUploadBytes, requestTimeoutMs, stopTimeoutMs } = settings;
  const { minWorkers, maxWorkers, workerMemoryBytes, heapMb, nginxWorkers } = plan;
  const workers = minWorkers === maxWorkers ? counted(maxWorkers) : `${minWorkers} to ${counted(maxWorkers)}`;
  const memory = `${Math.floor(workerMemoryBytes / 1024 ** 2)} MB${maxWorkers === 1 ? '' : ' each'}`;
  const heap = heapMb === undefined ? '' : ` (heap ${heapMb} MB)`;
  const uploads =
    maxUploadBytes === 0 ? 'uploads of any size' : `uploads up to ${schema.maxUploadBytes.type.format(maxUploadBytes)}`;
  return `${workers} with ${memory}${heap}; nginx: ${counted(nginxWorkers)}, port ${port}, ${uploads}, 504 after ${requestTimeoutMs / 1000} s; a stop within ${stopTimeoutMs / 1000} s`;
}

function counted(workers: number): string {
  return `${workers} worker${workers === 1 ? '' : 's'}`;
}
