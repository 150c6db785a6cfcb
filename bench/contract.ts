// npm run bench:contract: what the worker costs, as ratios measured in one run. Contenders take turns, round by round,
// since the machine's speed drifts; the image is the one that `npm run build` made, or IMAGE.
//   boot        a TypeScript app, compiled at each start or once by `RUN cluster build`, against the same app in
//               JavaScript: time to the first 200, memory of a worker
//   throughput  Fastify through our worker against Fastify's own listen() on the same socket, behind the same nginx
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem, run, runTool, say } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { imageName } from '../tools/image.ts';
import { median } from './statistics.ts';
import { publish } from './support.ts';

const image = process.env.IMAGE ?? imageName;
const port = 18_080;
const rounds = process.argv.includes('--quick') ? 3 : 9;
const modules = 300;
const loadSeconds = 4;

type Sample = Record<string, number>;
type Contender = () => Promise<Sample>;

await runTool(async () => {
  await ensureEngine();
  if ((await run('wrk', ['-v'])).output === '') throw new Problem('wrk is needed: `sudo apt-get install wrk`.');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const boot = await compare('boot', await bootContenders(folder));
    const throughput = await compare('throughput', throughputContenders(folder));
    report({ ...boot, ...throughput });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return 0;
});

/** Two apps of `modules` files each, which differ only in what they are written in, as images. */
async function bootContenders(folder: string): Promise<Record<string, Contender>> {
  for (const language of ['ts', 'js'] as const) {
    const app = join(folder, language);
    mkdirSync(app, { mode: 0o755, recursive: true });
    const write = (name: string, text: string) =>
      writeFileSync(join(app, `${name}.${language}`), language === 'ts' ? text : stripTypeScriptTypes(text));
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
    const names = Array.from({ length: modules }, (_, index) => `part${index}`);
    for (const [index, name] of names.entries()) write(name, part(index));
    const imports = names.map((name) => `import * as ${name} from './${name}.js';`).join('\n');
    write(
      'main',
      `${imports}\nconst parts = [${names.join(', ')}];\n` +
        "export default async function app(server: any) {\n  server.get('/', async () => ({ parts: parts.length }));\n}\n",
    );
  }
  const contender = async (language: string, ...more: string[]): Promise<Contender> => {
    const tag = `node-nginx-fastify-bench:${language}${more.length}`;
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, [`FROM ${image}`, 'COPY . /app', ...more, ''].join('\n'));
    await mustRun(
      'docker',
      ['buildx', 'build', '--load', '--tag', tag, '--file', dockerfile, join(folder, language)],
      'See above.',
    );
    return () =>
      withContainer(['--env=WORKERS=1', tag], async (name, startedAt) => {
        await answers();
        const readyMs = performance.now() - startedAt;
        const status = await mustRun(
          'docker',
          ['exec', name, 'cat', `/proc/${await worker(name)}/status`],
          'See above.',
        );
        return { 'ms to the first 200': readyMs, 'kB of a worker': Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) };
      });
  };
  return {
    'TypeScript, compiled at the start': await contender('ts'),
    'TypeScript, cluster build': await contender('ts', 'RUN cluster build'),
    JavaScript: await contender('js'),
  };
}

/** A module as apps have them: types, some functions, a class. */
function part(index: number): string {
  const functions = Array.from(
    { length: 12 },
    (_, n) =>
      `export function step${n}(input: Input${index}): number {\n  return input.values.reduce((sum: number, value: number) => sum + value * ${n}, ${index});\n}\n`,
  );
  return `export interface Input${index} {\n  values: number[];\n  name: string;\n}\n${functions.join('')}export class Part${index} {\n  items: Input${index}[] = [];\n  add(item: Input${index}): this {\n    this.items.push(item);\n    return this;\n  }\n}\n`;
}

function throughputContenders(folder: string): Record<string, Contender> {
  const app = join(folder, 'hello');
  mkdirSync(app, { mode: 0o755 });
  const hello =
    "import fastify from 'fastify';\nconst app = fastify();\napp.get('/', async () => ({ hello: 'world' }));\n";
  writeFileSync(join(app, 'main.mjs'), `${hello}await app.listen({ port: 3000 });\n`);
  // Fastify's own listen() on the socket that nginx asks, as our worker would bind it.
  writeFileSync(
    join(app, 'plain.mjs'),
    `${hello}app.server.keepAliveTimeout = 75_000;\nawait app.listen({ path: '/run/cluster/slot-0.sock', backlog: 4096 });\n`,
  );
  const options = [
    '--network=host',
    '--cpuset-cpus=0',
    `--volume=${app}:/app:ro`,
    '--env=WORKERS=1',
    `--env=PORT=${port}`,
  ];
  const plain =
    'node /usr/local/lib/cluster/boot.js production && (NODE_ENV=production node /app/plain.mjs &) && until [ -S /run/cluster/slot-0.sock ]; do sleep 0.05; done; exec nginx -c /run/nginx/nginx.conf -e stderr -g "daemon off;"';
  return {
    'our worker': () => withContainer([...options, image], load),
    'own listen()': () => withContainer([...options, '--entrypoint=sh', image, '-c', plain], load),
  };
}

async function load(): Promise<Sample> {
  await answers();
  const url = `http://127.0.0.1:${port}/`;
  const wrk = (seconds: number) => ['--cpu-list', '1', 'wrk', '-t1', '-c64', `-d${seconds}s`, url];
  await mustRun('taskset', wrk(1), 'See above.');
  const output = await mustRun('taskset', wrk(loadSeconds), 'See above.');
  if (/Non-2xx|Socket errors/.test(output)) throw new Problem('the load met errors.', output);
  return { 'requests a second': Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]) };
}

async function withContainer<T>(args: string[], use: (name: string, startedAt: number) => Promise<T>): Promise<T> {
  const name = 'node-nginx-fastify-bench';
  await run('docker', ['rm', '--force', name]);
  const publish = args.includes('--network=host') ? [] : [`--publish=127.0.0.1:${port}:8080`];
  const startedAt = performance.now();
  await mustRun('docker', ['run', '--detach', `--name=${name}`, ...publish, ...args], 'See above.');
  try {
    return await use(name, startedAt);
  } finally {
    await run('docker', ['rm', '--force', name]);
  }
}

async function answers(): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(5)) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Problem('the container did not answer within 30 s.');
}

async function worker(container: string): Promise<number> {
  const status = await mustRun('docker', ['exec', container, 'cluster', 'status', '--json'], 'See above.');
  return JSON.parse(status).workers[0].pid;
}

/** @returns for each measure the ratio of each contender to the last one, of medians */
async function compare(part: string, contenders: Record<string, Contender>): Promise<Record<string, string>> {
  const samples = Object.keys(contenders).map((name) => ({ name, list: [] as Sample[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, list } of samples) {
      const sample = (await contenders[name]?.()) ?? {};
      list.push(sample);
      const values = Object.entries(sample).map(([what, value]) => `${value.toFixed(0)} ${what}`);
      say('bench', `${part}, round ${round} of ${rounds}, ${name}: ${values.join(', ')}`);
    }
  }
  const reference = samples.pop() ?? { name: '', list: [] };
  const medianOf = (list: Sample[], measure: string) => median(list.map((sample) => sample[measure] ?? Number.NaN));
  return Object.fromEntries(
    samples.flatMap(({ name, list }) =>
      Object.keys(list[0] ?? {}).map((measure) => {
        const [a, b] = [medianOf(list, measure), medianOf(reference.list, measure)];
        return [`${measure}: ${name} / ${reference.name}`, `${(a / b).toFixed(3)} (${a.toFixed(0)} / ${b.toFixed(0)})`];
      }),
    ),
  );
}

function report(ratios: Record<string, string>): void {
  publish({
    name: 'contract',
    title: 'What the worker costs',
    rounds,
    columns: ['measure', 'ratio'],
    rows: Object.entries(ratios),
  });
}
