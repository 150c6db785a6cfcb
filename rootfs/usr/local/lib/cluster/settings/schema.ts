// Every variable that the image knows: this file is the contract. Everything downstream reads the Settings it yields.
import { bytes, count, duration, file, folder, port, type Type, urlPath, words, workerCount } from './types.ts';

/** One variable. */
export interface Definition<T> {
  readonly type: Type<T>;
  /** The value where nothing is set; `undefined` where that means something of its own. */
  readonly default: T | undefined;
  /** The value where the variable is set to nothing; by default that counts as not set. */
  readonly whenEmpty?: T | undefined;
  /** Other names for the same, which users know from other images and platforms. */
  readonly aliases: readonly string[];
  readonly help: string;
  readonly example: string;
}

function define<T, const D extends T | undefined>(definition: {
  type: Type<T>;
  default: D;
  whenEmpty?: T | undefined;
  aliases?: readonly string[];
  help: string;
  example: string;
}): Definition<T> & { readonly default: D } {
  return { aliases: [], ...definition };
}

export const schema = {
  PORT: define({
    type: port,
    default: 8080,
    aliases: ['LISTEN_PORT'],
    help: 'The port that nginx listens on.',
    example: '80',
  }),
  WORKERS: define({
    type: workerCount,
    default: 'auto',
    aliases: ['WEB_CONCURRENCY'],
    help: 'How many workers run the app. `auto` is one for each CPU that the container may use.',
    example: '2-8',
  }),
  APP_MODULE: define({
    type: file,
    default: undefined,
    help: 'The file that starts the app, relative to /app. By default it is looked for.',
    example: 'src/start.ts',
  }),
  APP_ARGS: define({
    type: words,
    default: [],
    help: 'Arguments for the app: what it finds in process.argv.',
    example: './build/server/index.js',
  }),
  PRE_START_PATH: define({
    type: file,
    default: '/app/prestart.sh',
    whenEmpty: undefined,
    help: 'A shell script that runs before the app, where it exists. Set to nothing, none is run.',
    example: '/app/scripts/migrate.sh',
  }),
  STATIC_PATH: define({
    type: folder,
    default: '/app/public',
    help: 'The folder whose files nginx answers itself, before the app is asked.',
    example: '/app/dist/client',
  }),
  HEALTH_PATH: define({
    type: urlPath,
    default: '/healthz',
    help: 'The URL path that answers 200 while the container is ready for requests, and 503 otherwise.',
    example: '/status/ready',
  }),
  BOOT_TIMEOUT: define({
    type: duration(1000, 3_600_000),
    default: 30_000,
    help: 'How long the app may take until it listens.',
    example: '2m',
  }),
  DRAIN_DELAY: define({
    type: duration(0, 600_000),
    default: 0,
    help: 'How long a container that was asked to stop goes on serving, so that load balancers notice.',
    example: '5s',
  }),
  STOP_TIMEOUT: define({
    type: duration(1000, 3_600_000),
    default: 25_000,
    help: 'How long a stop may take in all. Keep it below what the orchestrator waits (Docker 10 s, ECS 30 s).',
    example: '110s',
  }),
  WORKER_DRAIN_TIMEOUT: define({
    type: duration(1000, 3_600_000),
    default: 30_000,
    help: 'How long a worker that was replaced may take to finish its requests and shut down.',
    example: '2m',
  }),
  WORKER_STALL_TIMEOUT: define({
    type: duration(0, 3_600_000),
    default: 30_000,
    help: 'How long a worker may give no sign of life before it is replaced. 0: for ever.',
    example: '10s',
  }),
  RELOAD_SETTLE: define({
    type: duration(0, 600_000),
    default: 1000,
    help: 'How long a new worker has to stay up before the one that it replaces is ended.',
    example: '5s',
  }),
  MAX_REQUESTS: define({
    type: count,
    default: 0,
    help: 'After about so many requests a worker is replaced. 0: never.',
    example: '100000',
  }),
  MAX_WORKER_MEMORY: define({
    type: bytes,
    default: 0,
    help: 'A worker that holds more memory than this is replaced. 0: never.',
    example: '400m',
  }),
  MAX_WORKER_LIFETIME: define({
    type: duration(0, 999_999_999_000),
    default: 0,
    help: 'After about this time a worker is replaced. 0: never.',
    example: '60m',
  }),
} as const;

export type Name = keyof typeof schema;

type Value<D extends Definition<unknown>> =
  D['type'] extends Type<infer T> ? (undefined extends D['default'] ? T | undefined : T) : never;

/** The typed values, by the same names. Durations are in milliseconds. */
export type Values = { readonly [N in Name]: Value<(typeof schema)[N]> };
