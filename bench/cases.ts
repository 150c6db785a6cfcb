// The benchmark's cases, as data. All contenders must send the same responses (conformance.ts), or they are disqualified.

/** Requests as fast as responses arrive. */
export interface LoadCase {
  readonly kind: 'load';
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly connections: number;
  /** Bytes to POST. Unset: GET. */
  readonly post?: number;
  /** A new connection for each request. */
  readonly isClosing?: boolean;
  /** A Lua pattern for all bodies. Unset: all bodies must equal the one that was fetched before the load. */
  readonly matches?: string;
  /** How many clients send one byte every three seconds meanwhile. */
  readonly slowClients?: number;
  readonly setup?: Setup;
  /** Names of contenders. Unset: all but those that are `isOptIn`. */
  readonly only?: readonly string[];
}

/** Requests at a fixed rate. */
interface LatencyCase {
  readonly kind: 'latency';
  readonly name: string;
  readonly title: string;
  /** A share of the throughput in the case hello: of the contender `of`, or of the slowest one if unset. */
  readonly rate: { readonly share: number; readonly of?: string };
  readonly setup?: Setup;
  readonly only?: readonly string[];
}

/** A disruption while clients send requests: see measures.ts. */
interface DisruptionCase {
  readonly kind: 'blocked' | 'deploy';
  readonly name: string;
  readonly title: string;
  readonly setup?: Setup;
  readonly only?: readonly string[];
}

/** A property of an image, or of a container without load. */
export interface ContainerCase {
  readonly kind: 'lifecycle' | 'memory' | 'size';
  readonly name: string;
  readonly title: string;
  readonly setup: 'own containers';
  readonly cores?: 1 | 2;
  readonly only?: readonly string[];
}

export type Case = LoadCase | LatencyCase | DisruptionCase | ContainerCase;

/** The contenders of all cases, and pm2-tutorial: it differs from pm2 by nginx's connections to the app alone. */
const allAndTutorial = [
  'ours',
  'ours-express',
  'uwsgi',
  'fastapi',
  'pm2',
  'pm2-tutorial',
  'tuned',
  'featured',
  'bare',
  'watt',
];

/** How containers are started. Cases with the same setup share their containers. Unset in a case: `one core`. */
export type Setup = 'one core' | 'TLS' | 'two cores' | 'own containers';

export const setups: readonly Setup[] = ['one core', 'TLS', 'two cores', 'own containers'];

const oneRow = '^{"id": ?%d+, ?"randomNumber": ?%d+}%s*$';
/** Twenty rows. Lua's patterns have no repetition count. */
const twentyRows = `^%[${Array.from({ length: 20 }, () => '{"id": ?%d+, ?"randomNumber": ?%d+}').join(', ?')}%]%s*$`;

const load = (name: string, title: string, path: string, more: Partial<LoadCase> = {}): LoadCase => ({
  kind: 'load',
  name,
  title,
  path,
  connections: 64,
  ...more,
});

export const cases: readonly Case[] = [
  load('hello', 'hello JSON', '/json', { only: allAndTutorial }),
  load('hello-16', 'hello JSON, 16 connections', '/json', { connections: 16 }),
  load('hello-512', 'hello JSON, 512 connections', '/json', { connections: 512 }),
  load('hello-closing', 'hello JSON, a new connection per request', '/json', { isClosing: true }),
  load('json-10k', 'JSON of 10 KB', '/json/10k'),
  load('json-200k', 'JSON of 200 KB', '/json/200k'),
  load('fortunes', 'fortunes, local database', '/fortunes'),
  load('fortunes-away', 'fortunes, database 1 ms away', '/away/fortunes', { only: allAndTutorial }),
  load('fortunes-away-256', 'fortunes, database 1 ms away, 256 connections', '/away/fortunes', { connections: 256 }),
  load('fortunes-away-512', 'fortunes, database 1 ms away, 512 connections', '/away/fortunes', { connections: 512 }),
  load('row', 'one row, local database', '/db', { matches: oneRow }),
  load('row-away', 'one row, database 1 ms away', '/away/db', { matches: oneRow }),
  load('queries', 'twenty queries, local database', '/queries', { matches: twentyRows }),
  load('queries-away', 'twenty queries, database 1 ms away', '/away/queries', { matches: twentyRows }),
  load('wait', 'a wait of 20 ms', '/wait'),
  load('wait-512', 'a wait of 20 ms, 512 connections', '/wait', { connections: 512 }),
  load('cpu', '2 ms of computing', '/cpu'),
  load('upload', 'a POST of 100 KB', '/upload', { post: 102_400 }),
  load('file-10k', 'a file of 10 KB', '/static/10k.bin'),
  load('file-1m', 'a file of 1 MB', '/static/1m.bin'),
  load('slow', 'hello JSON with 1,000 slow clients', '/json', { slowClients: 1000 }),
  load('cached', 'hello JSON, cacheable for 1 s', '/cached', {
    only: ['ours-cached', 'uwsgi', 'fastapi', 'pm2', 'tuned'],
  }),
  {
    kind: 'latency',
    name: 'latency-high',
    title: "hello JSON at 70 % of the bare pair's throughput",
    rate: { share: 0.7, of: 'tuned' },
    only: ['ours', 'tuned', 'featured', 'bare'],
  },
  {
    kind: 'latency',
    name: 'latency-low',
    title: "hello JSON at 70 % of the slowest contender's throughput",
    rate: { share: 0.7 },
  },
  load('hello-tls', 'hello JSON over TLS', '/json', { setup: 'TLS' }),
  load('hello-2', 'hello JSON, two cores', '/json', { setup: 'two cores' }),
  { kind: 'deploy', name: 'deploy', title: 'a deploy under 500 requests/s' },
  {
    kind: 'blocked',
    name: 'blocked',
    title: 'one worker blocked for 4 s under 500 requests/s, two cores',
    setup: 'two cores',
  },
  { kind: 'lifecycle', name: 'lifecycle', title: 'start to the first 200, idle stop', setup: 'own containers' },
  { kind: 'memory', name: 'memory', title: 'memory when idle, one core', setup: 'own containers' },
  { kind: 'memory', name: 'memory-2', title: 'memory when idle, two cores', setup: 'own containers', cores: 2 },
  { kind: 'size', name: 'size', title: 'size of the image', setup: 'own containers' },
];
