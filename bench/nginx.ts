// npm run bench:nginx: what nginx's features cost, as ratios measured in one run. Contenders take turns, round by round, because
// the machine's speed drifts. --quick: two short rounds, printed only; --only=TEXT: the measures with that text, printed only.
// The image is the one that `npm run build` builds, or IMAGE.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTool, say } from '../tools/command.ts';
import { image } from './images.ts';
import { openSlowClients } from './load.ts';
import { median } from './statistics.ts';
import { ensureEngineAndWrk, publish, throughput, untilOk, withContainer } from './support.ts';

const {
  values: { quick: isQuick, only },
} = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } } });
const port = 18_090;
const rounds = isQuick ? 2 : 5;
const loadSeconds = isQuick ? 2 : 3;

interface Contender {
  /** Settings of the image. */
  readonly environment?: Record<string, string>;
  /** The path that wrk requests. */
  readonly path?: string;
  /** How many clients send one byte every three seconds meanwhile. */
  readonly slowClients?: number;
}

interface Comparison {
  readonly what: string;
  /** The lowest ratio that is good enough. */
  readonly target?: number;
  readonly contender: Contender;
  readonly reference: Contender;
}

const bare = { ACCESS_LOG: 'off', SECURITY_HEADERS: 'off' };
/** One feature in addition to the defaults, against the defaults. */
const alone = (what: string, environment: Record<string, string>): Comparison => ({
  what,
  contender: { environment },
  reference: {},
});
const comparisons: readonly Comparison[] = [
  {
    what: 'access log and security headers, against neither',
    target: 0.92,
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
  alone('MICRO_CACHE, response not cacheable', { MICRO_CACHE: '10m' }),
  {
    what: 'a file from nginx, against the same file from the app',
    contender: { path: '/file.css' },
    reference: { path: '/same.css' },
  },
  {
    what: 'a cached response (MICRO_CACHE), against `return 200`',
    target: 0.75,
    contender: { environment: { MICRO_CACHE: '10m' }, path: '/kept' },
    reference: { path: '/return-200' },
  },
  { what: 'with 1,000 slow clients, against without', target: 0.95, contender: { slowClients: 1000 }, reference: {} },
];

await runTool(async () => {
  await ensureEngineAndWrk();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    // The container runs as another user.
    chmodSync(folder, 0o755);
    writeApp(folder);
    const rows: string[][] = [];
    for (const comparison of comparisons.filter(({ what }) => what.includes(only))) {
      rows.push(await compare(comparison, folder));
    }
    publish({
      name: 'nginx',
      title: "What nginx's features cost",
      rounds,
      isPartial: isQuick || only !== '',
      columns: ['measure', 'ratio', 'target', 'requests per second'],
      rows,
    });
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

/** @returns a row of the table */
async function compare({ what, target, contender, reference }: Comparison, folder: string): Promise<string[]> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    ours.push(await measure(contender, folder));
    theirs.push(await measure(reference, folder));
    say(
      'bench',
      `${what}, round ${round} of ${rounds}: ${ours.at(-1)?.toFixed(0)} / ${theirs.at(-1)?.toFixed(0)} requests/s`,
    );
  }
  const [a, b] = [median(ours), median(theirs)];
  return [what, (a / b).toFixed(3), target === undefined ? '' : `≥ ${target}`, `${a.toFixed(0)} / ${b.toFixed(0)}`];
}

/** @returns requests per second */
function measure({ environment = {}, path = '/', slowClients = 0 }: Contender, folder: string): Promise<number> {
  const variables = { WORKERS: '1', NGINX_WORKER_PROCESSES: '1', PORT: String(port), ...environment };
  const options = ['--network=host', '--cpuset-cpus=0', `--volume=${folder}:/app:ro`];
  const settings = Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`);
  return withContainer('node-nginx-fastify-bench-nginx', [...options, ...settings, image], async () => {
    const url = `http://127.0.0.1:${port}${path}`;
    await untilOk(url);
    const closeSlowClients = await openSlowClients(port, slowClients);
    try {
      await throughput(url, 1);
      return await throughput(url, loadSeconds);
    } finally {
      closeSlowClients();
    }
  });
}
