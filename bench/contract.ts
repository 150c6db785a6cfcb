// npm run bench:contract: what the worker costs, as ratios measured in one run. Contenders take turns, round by round, because
// the machine's speed drifts. --quick: three rounds, printed only. The image is the one that `npm run build` builds, or IMAGE.
//   boot        a TypeScript app, compiled at each start or once by `RUN cluster build`, against the same app in
//               JavaScript: time to the first 200, memory of a worker
//   throughput  Fastify through our worker against Fastify's own listen() on the same socket, behind the same nginx
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runTool, say } from '../tools/command.ts';
import { image } from './images.ts';
import { median } from './statistics.ts';
import { ensureEngineAndWrk, publish, throughput, untilOk, withContainer } from './support.ts';

const container = 'node-nginx-fastify-bench-contract';
const port = 18_080;
const url = `http://127.0.0.1:${port}/`;
const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 3 : 9;
const modules = 300;

type Sample = Record<string, number>;
type Contender = () => Promise<Sample>;

await runTool(async () => {
  await ensureEngineAndWrk();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const boot = await compare('boot', await bootContenders(folder));
    const load = await compare('throughput', throughputContenders(folder));
    publish({
      name: 'contract',
      title: 'What the worker costs',
      rounds,
      isPartial: isQuick,
      columns: ['measure', 'ratio'],
      rows: Object.entries({ ...boot, ...load }),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return 0;
});

/** Images of one app with `modules` files, which differ only in the language and in when TypeScript is compiled. */
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
      withContainer(container, [`--publish=127.0.0.1:${port}:8080`, '--env=WORKERS=1', tag], async (startedAt) => {
        await untilOk(url);
        const readyMs = performance.now() - startedAt;
        const file = `/proc/${await workerPid()}/status`;
        const status = await mustRun('docker', ['exec', container, 'cat', file], 'See above.');
        return { 'ms to the first 200': readyMs, 'kB of a worker': Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) };
      });
  };
  return {
    'TypeScript, compiled at the start': await contender('ts'),
    'TypeScript, cluster build': await contender('ts', 'RUN cluster build'),
    JavaScript: await contender('js'),
  };
}

/** A typical module: types, some functions, a class. */
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
  // Fastify's own listen() on the socket that nginx connects to, with the options of our worker.
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
  const load = async () => {
    await untilOk(url);
    await throughput(url, 1);
    return { 'requests per second': await throughput(url, 4) };
  };
  return {
    'our worker': () => withContainer(container, [...options, image], load),
    'own listen()': () => withContainer(container, [...options, '--entrypoint=sh', image, '-c', plain], load),
  };
}

async function workerPid(): Promise<number> {
  const status = await mustRun('docker', ['exec', container, 'cluster', 'status', '--json'], 'See above.');
  return JSON.parse(status).workers[0].pid;
}

/** @returns measure → the ratio of each contender's median to that of the last contender */
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
