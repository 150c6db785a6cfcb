// npm run bench:pool: what the pool costs, and what it saves, as ratios measured in one run. The container has one CPU and
// wrk the other. The machine's speed drifts: what is compared with is measured before and after.
//   blocked      throughput with one of four workers blocked against none
//   reload       throughput while all four workers are replaced against before and after
//   bookkeeping  CPU time of an idle worker and of the primary, of one CPU: reports, watchdog, ticks
//   stall        time from the moment that a loop stops until its slot answers again, beyond WORKER_STALL_TIMEOUT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../rootfs/usr/local/lib/cluster/primary/admin/server.ts';
import { mustRun, Problem, run, runTool, say } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { imageName } from '../tools/image.ts';
import { projectRoot } from '../tools/paths.ts';
import { median } from './statistics.ts';
import { publish } from './support.ts';

const image = process.env.IMAGE ?? imageName;
const app = join(projectRoot, 'tests/apps/pool');
const port = 18_081;
const rounds = process.argv.includes('--quick') ? 1 : 5;
/** Until V8 has compiled what is asked for, in each of four workers on one CPU. */
const warmUpSeconds = 5;
const loadSeconds = 5;
/** Four workers, each with its start, RELOAD_SETTLE and drain. */
const reloadSeconds = 7;
const idleSeconds = 10;
const stallTimeoutMs = 2000;
/** As `getconf CLK_TCK` says on every Linux that this runs on. */
const ticksPerSecond = 100;

/** What is measured → one value a round. */
type Measures = Record<string, number[]>;

await runTool(async () => {
  await ensureEngine();
  if ((await run('wrk', ['-v'])).output === '') throw new Problem('wrk is needed: `sudo apt-get install wrk`.');
  const measures: Measures = {};
  const note = (what: string, value: number) => {
    say('bench', `${what}: ${value.toFixed(3)}`);
    measures[what] = [...(measures[what] ?? []), value];
  };
  for (let round = 1; round <= rounds; round += 1) {
    say('bench', `round ${round} of ${rounds}`);
    await withPool(['WORKERS=4', 'WORKER_STALL_TIMEOUT=0'], async () => {
      const before = await throughput();
      post(`/wait?ms=${(loadSeconds + 2) * 1000}`);
      await sleep(500);
      const blocked = await load(loadSeconds);
      await sleep(2500);
      note('throughput, 1 of 4 blocked / none', blocked / mean(before, await load(loadSeconds)));
    });
    await withPool(['WORKERS=4'], async (name) => {
      const before = await throughput();
      // Not by `cluster reload`, which would take CPU time of its own.
      const { pid } = JSON.parse(await mustRun('docker', ['exec', name, 'cluster', 'status', '--json'], 'See above.'));
      await mustRun('docker', ['exec', name, 'sh', '-c', `kill -HUP ${pid}`], 'See above.');
      const during = await load(reloadSeconds);
      await allReady(name);
      note('throughput, during a reload / before and after', during / mean(before, await throughput()));
      const [primary, worker] = await idleShares(name);
      note('CPU of the idle primary of four workers, in %', primary * 100);
      note('CPU of an idle worker, in %', worker * 100);
    });
    await withPool([`WORKER_STALL_TIMEOUT=${stallTimeoutMs}ms`, 'WORKERS=4'], async (name) => {
      note('ms from a stall to the slot answering, beyond the timeout', (await stallMs(name)) - stallTimeoutMs);
    });
  }
  report(measures);
  return 0;
});

async function withPool(environment: string[], use: (name: string) => Promise<void>): Promise<void> {
  const name = 'node-nginx-fastify-bench-pool';
  await run('docker', ['rm', '--force', name]);
  const settings = [...environment, `PORT=${port}`].map((setting) => `--env=${setting}`);
  const options = [`--name=${name}`, '--network=host', '--cpuset-cpus=0', `--volume=${app}:/app:ro`, ...settings];
  await mustRun('docker', ['run', '--detach', ...options, image], 'See above.');
  try {
    await allReady(name);
    await use(name);
  } finally {
    await run('docker', ['rm', '--force', name]);
  }
}

async function allReady(name: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100)) {
    const { code, output } = await run('docker', ['exec', name, 'cluster', 'status', '--json']);
    if (code !== 0) continue;
    const { workers, isReloading } = JSON.parse(output) as Status;
    if (!isReloading && workers.every(({ state }) => state === 'ready')) return;
  }
  throw new Problem('the workers were not ready within 30 s.');
}

/** Requests a second of workers that have warmed up. */
async function throughput(): Promise<number> {
  await load(warmUpSeconds);
  return load(loadSeconds);
}

async function load(seconds: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/echo`;
  const wrk = ['--cpu-list', '1', 'wrk', '-t1', '-c64', `-d${seconds}s`, '--timeout=60s', url];
  const output = await mustRun('taskset', wrk, 'See above.');
  if (/Non-2xx/.test(output)) throw new Problem('the load met errors.', output);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
}

function mean(a: number, b: number): number {
  return (a + b) / 2;
}

function post(path: string): void {
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' }).catch(() => undefined);
}

/** @returns the part of one CPU that the primary takes, and a worker, of those that have come to rest */
async function idleShares(name: string): Promise<[primary: number, worker: number]> {
  const status = await mustRun('docker', ['exec', name, 'cluster', 'status', '--json'], 'See above.');
  const { pid: primary, workers } = JSON.parse(status) as Status;
  const pids = workers.map(({ pid }) => pid ?? 0);
  await sleep(2000);
  const before = await ticks(name, [primary, ...pids]);
  await sleep(idleSeconds * 1000);
  const after = await ticks(name, [primary, ...pids]);
  const shares = after.map((value, index) => (value - (before[index] ?? 0)) / ticksPerSecond / idleSeconds);
  const [ofPrimary = 0, ...ofWorkers] = shares;
  return [ofPrimary, ofWorkers.reduce((sum, share) => sum + share, 0) / ofWorkers.length];
}

async function ticks(name: string, pids: number[]): Promise<number[]> {
  const files = pids.map((pid) => `/proc/${pid}/stat`);
  const output = await mustRun('docker', ['exec', name, 'cat', ...files], 'See above.');
  // Behind the name in brackets: utime and stime are the 12th and 13th.
  const fields = output
    .trim()
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf(')') + 2).split(' '));
  return fields.map((values) => Number(values[11]) + Number(values[12]));
}

/** Blocks the worker of slot 0 and asks its socket until another process answers, from within the container. */
async function stallMs(name: string): Promise<number> {
  const script = readFileSync(join(import.meta.dirname, 'pool-stall.mjs'), 'utf8');
  const output = await mustRun('docker', ['exec', name, 'node', '--input-type=module', '--eval', script], 'See above.');
  return Number(output);
}

function report(measures: Measures): void {
  publish({
    name: 'pool',
    title: 'What the pool costs and saves',
    rounds,
    columns: ['measure', 'median', 'range'],
    rows: Object.entries(measures).map(([what, values]) => [
      what,
      digits(median(values)),
      `${digits(Math.min(...values))} – ${digits(Math.max(...values))}`,
    ]),
  });
}

function digits(value = Number.NaN): string {
  return value.toFixed(value >= 10 ? 0 : 2);
}
