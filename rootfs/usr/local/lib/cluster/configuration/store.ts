// What a container was configured with: made once, before the supervisor starts, and read by all that runs after.
// Making it is resolve.ts: what only reads it starts sooner without that.
import { readFileSync, writeFileSync } from 'node:fs';
import { errors } from '../errors.ts';
import type { Plan } from '../machine/plan.ts';
import { run } from '../paths.ts';
import type { Environment } from '../settings/findings.ts';
import type { Settings } from '../settings/read.ts';

export interface Configuration {
  readonly settings: Settings;
  readonly plan: Plan;
  readonly start: Start;
}

/** What is different at each start of a container. */
export interface Start {
  readonly id: string;
  /** Standard output is a terminal. */
  readonly isTerminal: boolean;
}

/** When what happened before the supervisor was started; times by Date.now(). */
export interface Boot {
  readonly beganAt: number;
  readonly preStartMs: number;
  readonly configuredAt: number;
}

export interface StoredConfiguration extends Configuration {
  /** The app's: app/app-environment.ts. */
  readonly environment: Environment;
  /** The container has NODE_ENV, or dev mode says it: a start script has no say then. */
  readonly isNodeEnvironmentSet: boolean;
  readonly boot: Boot;
}

/** Readable by this container's user alone: settings and environment may have secrets. */
export function storeConfiguration(configuration: StoredConfiguration): void {
  const { settings, plan, start, environment, isNodeEnvironmentSet, boot } = configuration;
  const stored: StoredConfiguration = { settings, plan, start, environment, isNodeEnvironmentSet, boot };
  writeFileSync(run.configuration, JSON.stringify(stored), { mode: 0o600 });
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
