// What is asked of the contenders, as data. All of them answer the same (conformance.ts); who answers wrongly is not faster.

/** Load as fast as answers come back. */
export interface LoadCase {
  readonly kind: 'load';
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly connections: number;
  /** Bytes to POST; a GET where it is not given. */
  readonly post?: number;
  /** A connection for each request. */
  readonly isClosing?: boolean;
  /**
   * A pattern of Lua's that each answer matches; where it is not given, each answer is the one of which conformance.ts
   * had nothing to say.
   */
  readonly matches?: string;
  /** Clients that send a byte every three seconds meanwhile. */
  readonly slowClients?: number;
  readonly stage?: StageName;
  /** Only these contenders; all that are not `onAskingOnly` where it is not given. */
  readonly only?: readonly string[];
}

/** Load at a fixed rate. */
export interface LatencyCase {
  readonly kind: 'latency';
  readonly name: string;
  readonly title: string;
  /** The share of what `of` answers to hello, or the slowest of all where that is undefined. */
  readonly rate: { readonly share: number; readonly of?: string };
  readonly stage?: StageName;
  readonly only?: readonly string[];
}

/** Something happens while clients ask: measures.ts says what. */
export interface OrdealCase {
  readonly kind: 'blocked' | 'deploy';
  readonly name: string;
  readonly title: string;
  readonly stage?: StageName;
  readonly only?: readonly string[];
}

/** What is seen of an image, or of containers of its own. */
export interface ContainerCase {
  readonly kind: 'lifecycle' | 'memory' | 'size';
  readonly name: string;
  readonly title: string;
  readonly stage: 'nothing';
  readonly cores?: 1 | 2;
  readonly only?: readonly string[];
}

export type Case = LoadCase | LatencyCase | OrdealCase | ContainerCase;

/** Those that take part everywhere, and this one: its figures differ from the other pm2's by nginx's connections alone. */
const alsoTutorial = [
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

/** Containers that differ in how they are started are on different stages; the cases of one stage share its containers. */
export type StageName = 'one core' | 'TLS' | 'two cores' | 'nothing';

export const stages: readonly StageName[] = ['one core', 'TLS', 'two cores', 'nothing'];

const oneRow = '^{"id": ?%d+, ?"randomNumber": ?%d+}%s*$';
/** Twenty objects; Lua's patterns cannot count, but they can be repeated. */
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
  load('hello', 'hello JSON', '/json', { only: alsoTutorial }),
  load('hello-16', 'hello JSON, 16 connections', '/json', { connections: 16 }),
  load('hello-512', 'hello JSON, 512 connections', '/json', { connections: 512 }),
  load('hello-closing', 'hello JSON, a connection each', '/json', { isClosing: true }),
  load('json-10k', 'JSON of 10 KB', '/json/10k'),
  load('json-200k', 'JSON of 200 KB', '/json/200k'),
  load('fortunes', 'fortunes, database beside it', '/fortunes'),
  load('fortunes-away', 'fortunes, database 1 ms away', '/away/fortunes', { only: alsoTutorial }),
  load('fortunes-away-256', 'fortunes, database 1 ms away, 256 connections', '/away/fortunes', { connections: 256 }),
  load('fortunes-away-512', 'fortunes, database 1 ms away, 512 connections', '/away/fortunes', { connections: 512 }),
  load('row', 'one row, database beside it', '/db', { matches: oneRow }),
  load('row-away', 'one row, database 1 ms away', '/away/db', { matches: oneRow }),
  load('queries', 'twenty queries, database beside it', '/queries', { matches: twentyRows }),
  load('queries-away', 'twenty queries, database 1 ms away', '/away/queries', { matches: twentyRows }),
  load('wait', 'a wait of 20 ms', '/wait'),
  load('wait-512', 'a wait of 20 ms, 512 connections', '/wait', { connections: 512 }),
  load('cpu', '2 ms of computing', '/cpu'),
  load('upload', 'a POST of 100 KB', '/upload', { post: 102_400 }),
  load('file-10k', 'a file of 10 KB', '/static/10k.bin'),
  load('file-1m', 'a file of 1 MB', '/static/1m.bin'),
  load('slow', 'hello JSON beside 1,000 slow clients', '/json', { slowClients: 1000 }),
  load('cached', 'hello JSON that may be kept for a second', '/cached', {
    only: ['ours-cached', 'uwsgi', 'fastapi', 'pm2', 'tuned'],
  }),
  {
    kind: 'latency',
    name: 'latency-high',
    title: 'hello JSON at 70 % of what the bare pair answers',
    rate: { share: 0.7, of: 'tuned' },
    only: ['ours', 'tuned', 'featured', 'bare'],
  },
  {
    kind: 'latency',
    name: 'latency-low',
    title: 'hello JSON at 70 % of what the slowest answers',
    rate: { share: 0.7 },
  },
  load('hello-tls', 'hello JSON over TLS', '/json', { stage: 'TLS' }),
  load('hello-2', 'hello JSON, two cores', '/json', { stage: 'two cores' }),
  { kind: 'deploy', name: 'deploy', title: 'a deploy under 500 requests/s' },
  {
    kind: 'blocked',
    name: 'blocked',
    title: 'one worker blocked for 4 s under 500 requests/s, two cores',
    stage: 'two cores',
  },
  { kind: 'lifecycle', name: 'lifecycle', title: 'start to the first 200, and an idle stop', stage: 'nothing' },
  { kind: 'memory', name: 'memory', title: 'memory when idle, one core', stage: 'nothing' },
  { kind: 'memory', name: 'memory-2', title: 'memory when idle, two cores', stage: 'nothing', cores: 2 },
  { kind: 'size', name: 'size', title: 'size of the image', stage: 'nothing' },
];
