// npm run bench:nginx: what nginx's features cost, as ratios measured in one run. One core for the container, the other for
// the load; contenders take turns, round by round, since the machine's speed drifts. --quick for a first look, --only=TEXT for
// the measures with that text. The image is the one that `npm run build` made, or IMAGE.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem, run, runTool, say } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { imageName } from '../tools/image.ts';
import { crawl } from './load.ts';
import { median } from './statistics.ts';
import { publish } from './support.ts';

const isQuick = process.argv.includes('--quick');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length) ?? '';
const image = process.env.IMAGE ?? imageName;
const port = 18_090;
const rounds = isQuick ? 2 : 5;
const loadSeconds = isQuick ? 2 : 3;
const connections = 64;

interface Contender {
  /** Variables of the container. */
  readonly environment?: Record<string, string>;
  /** What the load asks for. */
  readonly path?: string;
  /** So many clients send a byte every three seconds meanwhile. */
  readonly slowClients?: number;
}

interface Comparison {
  readonly what: string;
  /** The ratio that it should have at least. */
  readonly aim?: number;
  readonly contender: Contender;
  readonly reference: Contender;
}

const bare = { ACCESS_LOG: 'off', SECURITY_HEADERS: 'off' };
/** One feature on top of everything that is on by default, against that. */
const alone = (what: string, environment: Record<string, string>): Comparison => ({
  what,
  contender: { environment },
  reference: {},
});
const comparisons: readonly Comparison[] = [
  {
    what: 'access log and security headers, against neither',
    aim: 0.92,
    contender: {},
    reference: { environment: bare },
  },
  { what: 'access log, against none', contender: {}, reference: { environment: { ACCESS_LOG: 'off' } } },
  { what: 'security headers, against none', contender: {}, reference: { environment: { SECURITY_HEADERS: 'off' } } },
  {
    what: 'security headers by nginx, against @fastify/helmet in the app',
    contender: {},
    reference: { environment: { SECURITY_HEADERS: 'off', APP_MODULE: 'helmet.mjs' } },
  },
  { what: 'a static folder, against none', contender: {}, reference: { environment: { STATIC_URL: '/elsewhere' } } },
  alone('TRUSTED_PROXIES', { TRUSTED_PROXIES: 'private' }),
  alone('RATE_LIMIT', { RATE_LIMIT: '900000r/s' }),
  alone('CONNECTION_LIMIT', { CONNECTION_LIMIT: '1000' }),
  alone('STICKY_SESSIONS=ip', { STICKY_SESSIONS: 'ip' }),
  alone('STICKY_SESSIONS=sid', { STICKY_SESSIONS: 'sid' }),
  alone('MICRO_CACHE, of what is not kept', { MICRO_CACHE: '10m' }),
  {
    what: 'a file from nginx, against the same from the app',
    contender: { path: '/file.css' },
    reference: { path: '/same.css' },
  },
  {
    what: 'a kept answer (MICRO_CACHE), against `return 200`',
    aim: 0.75,
    contender: { environment: { MICRO_CACHE: '10m' }, path: '/kept' },
    reference: { path: '/return-200' },
  },
  { what: 'beside 1,000 slow clients, against without', aim: 0.95, contender: { slowClients: 1000 }, reference: {} },
];

await runTool(async () => {
  await ensureEngine();
  if ((await run('wrk', ['-v'])).output === '') throw new Problem('wrk is needed: `sudo apt-get install wrk`.');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    // The container's user is another one.
    chmodSync(folder, 0o755);
    writeApp(folder);
    const rows: string[][] = [];
    for (const comparison of comparisons.filter(({ what }) => what.includes(only))) {
      rows.push(await compare(comparison, folder));
    }
    report(rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return 0;
});

function writeApp(folder: string): void {
  const file = 'a { color: #123456; }\n'.repeat(50);
  const routes = `
  app.get('/', async () => ({ hello: 'world' }));
  app.get('/kept', async (request, reply) => reply.header('Cache-Control', 's-maxage=1').send({ hello: 'world' }));
  app.get('/same.css', async (request, reply) => reply.type('text/css').send(file));
}
`;
  const head = `const file = ${JSON.stringify(file)};\nexport default async function app(app) {`;
  mkdirSync(join(folder, 'public'));
  mkdirSync(join(folder, 'nginx/server.d'), { recursive: true });
  writeFileSync(join(folder, 'main.mjs'), head + routes);
  writeFileSync(
    join(folder, 'helmet.mjs'),
    `import helmet from '@fastify/helmet';\n${head}\n  await app.register(helmet);${routes}`,
  );
  writeFileSync(join(folder, 'public/file.css'), file);
  writeFileSync(
    join(folder, 'nginx/server.d/bare.conf'),
    `location = /return-200 {\n  default_type application/json;\n  return 200 '{"hello":"world"}';\n}\n`,
  );
}

/** @returns a row of the table: requests a second of both, hello JSON at 64 connections where nothing else is said */
async function compare({ what, aim, contender, reference }: Comparison, folder: string): Promise<string[]> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    ours.push(await measure(contender, folder));
    theirs.push(await measure(reference, folder));
    say(
      'bench',
      `${what}, round ${round} of ${rounds}: ${ours.at(-1)?.toFixed(0)} / ${theirs.at(-1)?.toFixed(0)} a second`,
    );
  }
  const [a, b] = [median(ours), median(theirs)];
  return [what, (a / b).toFixed(3), aim === undefined ? '' : `≥ ${aim}`, `${a.toFixed(0)} / ${b.toFixed(0)}`];
}

/** @returns requests a second */
async function measure({ environment = {}, path = '/', slowClients = 0 }: Contender, folder: string): Promise<number> {
  const variables = { WORKERS: '1', NGINX_WORKER_PROCESSES: '1', PORT: String(port), ...environment };
  const name = 'node-nginx-fastify-bench-nginx';
  await run('docker', ['rm', '--force', name]);
  const options = Object.entries(variables).map(([variable, value]) => `--env=${variable}=${value}`);
  await mustRun(
    'docker',
    [
      'run',
      '--detach',
      `--name=${name}`,
      '--network=host',
      '--cpuset-cpus=0',
      `--volume=${folder}:/app:ro`,
      ...options,
      image,
    ],
    'See above.',
  );
  try {
    await answers(path);
    const stop = await crawl(port, slowClients);
    try {
      await load(path, 1);
      return await load(path, loadSeconds);
    } finally {
      stop();
    }
  } finally {
    await run('docker', ['rm', '--force', name]);
  }
}

async function load(path: string, seconds: number): Promise<number> {
  const url = `http://127.0.0.1:${port}${path}`;
  const wrk = ['--cpu-list', '1', 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, url];
  const output = await mustRun('taskset', wrk, 'See above.');
  if (/Non-2xx|Socket errors/.test(output)) throw new Problem('the load met errors.', output);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
}

async function answers(path: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(20)) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Problem('the container did not answer within 30 s.');
}

/** A first look is printed, and no page is made of it. */
function report(rows: readonly string[][]): void {
  const columns = ['measure', 'ratio', 'aim', 'requests a second'];
  if (isQuick || only !== '') for (const row of [columns, ...rows]) process.stdout.write(`${row.join(' | ')}\n`);
  else publish({ name: 'nginx', title: "What nginx's features cost", rounds, columns, rows });
}
