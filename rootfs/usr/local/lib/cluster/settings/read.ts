// Environment → Settings, or all problems at once. The only place that looks at the environment for settings.
import { readFileSync } from 'node:fs';
import { errors } from '../errors.ts';
import { run } from '../paths.ts';
import { type Definition, type Name, schema, type Values } from './schema.ts';
import type { WorkerRange } from './types.ts';

/** `development`: `docker run -v .:/app IMAGE dev`. */
export type Mode = 'production' | 'development';

/** What the rest of the server works with. */
export interface Settings {
  readonly mode: Mode;
  readonly port: number;
  readonly workers: WorkerRange | 'auto';
  readonly appModule: string | undefined;
  readonly appArguments: readonly string[];
  /** Absolute; undefined where no script is to run. */
  readonly preStartPath: string | undefined;
  readonly staticPath: string;
  readonly healthPath: string;
  readonly bootTimeoutMs: number;
  readonly drainDelayMs: number;
  readonly stopTimeoutMs: number;
  readonly workerDrainTimeoutMs: number;
  /** 0: off, as in the four below. */
  readonly workerStallTimeoutMs: number;
  readonly reloadSettleMs: number;
  readonly maxRequests: number;
  readonly maxWorkerMemoryBytes: number;
  readonly maxWorkerLifetimeMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param environment variables as the container got them; an empty value counts as not set
 * @param mode by the command that the container was started with
 * @throws ClusterError SETTINGS_INVALID with a line for each problem
 */
export function readSettings(environment: Environment, mode: Mode = 'production'): Settings {
  const problems: string[] = [];
  const names = Object.keys(schema) as Name[];
  const values = Object.fromEntries(
    names.map((name) => [name, readOne(name, schema[name], environment, problems)]),
  ) as Values;
  if (problems.length === 0 && values.DRAIN_DELAY >= values.STOP_TIMEOUT) {
    problems.push(
      `DRAIN_DELAY (${values.DRAIN_DELAY / 1000} s) must be shorter than STOP_TIMEOUT (${values.STOP_TIMEOUT / 1000} s), of which it is a part.`,
    );
  }
  if (problems.length > 0) throw errors.settingsInvalid(problems);
  return {
    mode,
    port: values.PORT,
    workers: values.WORKERS,
    appModule: values.APP_MODULE,
    appArguments: values.APP_ARGS,
    preStartPath: values.PRE_START_PATH,
    staticPath: values.STATIC_PATH,
    healthPath: values.HEALTH_PATH,
    bootTimeoutMs: values.BOOT_TIMEOUT,
    drainDelayMs: values.DRAIN_DELAY,
    stopTimeoutMs: values.STOP_TIMEOUT,
    workerDrainTimeoutMs: values.WORKER_DRAIN_TIMEOUT,
    workerStallTimeoutMs: values.WORKER_STALL_TIMEOUT,
    reloadSettleMs: values.RELOAD_SETTLE,
    maxRequests: values.MAX_REQUESTS,
    maxWorkerMemoryBytes: values.MAX_WORKER_MEMORY,
    maxWorkerLifetimeMs: values.MAX_WORKER_LIFETIME,
  };
}

function readOne(name: Name, definition: Definition<unknown>, environment: Environment, problems: string[]): unknown {
  const given = [name, ...definition.aliases].filter((alias) => (environment[alias] ?? '') !== '');
  const [first, ...others] = given;
  if (first === undefined) {
    return 'whenEmpty' in definition && environment[name] === '' ? definition.whenEmpty : definition.default;
  }
  const text = environment[first];
  const disagreeing = others.find((other) => environment[other] !== text);
  if (disagreeing !== undefined) {
    problems.push(
      `${first}=${text} and ${disagreeing}=${environment[disagreeing]} mean the same setting: keep one of them.`,
    );
    return undefined;
  }
  const value = definition.type.parse((text ?? '').trim());
  if (value === undefined) {
    problems.push(
      `${first}=${JSON.stringify(text)}: must be ${definition.type.allowed}. Example: ${first}=${definition.example}.`,
    );
  }
  return value;
}

/**
 * The settings that this container was configured with. For processes that run after the entrypoint.
 * @throws ClusterError NOT_CONFIGURED in a container that only runs a command
 */
export function loadSettings(): Settings {
  try {
    return JSON.parse(readFileSync(run.settings, 'utf8'));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? errors.notConfigured() : error;
  }
}
