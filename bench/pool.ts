// npm run bench:pool: what the pool costs and saves, as ratios measured in one run. The machine's speed drifts, so the reference
// is measured before and after. --quick: one round, printed only. The image is the one that `npm run build` builds, or IMAGE.
//   blocked      throughput with one of four workers blocked against none
//   reload       throughput while all four workers are replaced against before and after
//   bookkeeping  CPU time of an idle worker and of the primary, of one CPU: reports, watchdog, ticks
//   stall        time from the moment that a worker's event loop stops until its slot responds again, minus
//                WORKER_STALL_TIMEOUT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../rootfs/usr/local/lib/cluster/primary/admin/server.ts';
import { mustRun, Problem, run, runTool, say } from '../tools/command.ts';
import { projectRoot } from '../tools/paths.ts';
import { image } from './images.ts';
import { median } from './statistics.ts';
import { ensureEngineAndWrk, publish, throughput, withContainer } from './support.ts';

const app = join(projectRoot, 'tests/apps/pool');
const container = 'node-nginx-fastify-bench-pool';
const port = 18_081;
const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 1 : 5;
/** V8 needs this long to compile the code in each of four workers on one CPU. */
const warmUpSeconds = 5;
const loadSeconds = 5;
/** Four workers, each with its start, RELOAD_SETTLE and drain. */
const reloadSeconds = 7;
const idleSeconds = 10;
const stallTimeoutMs = 2000;
/** The result of `getconf CLK_TCK` on all common Linux systems. */
const ticksPerSecond = 100;

/** Measure → one value per round. */
const values: Record<string, number[]> = {};

await runTool(async () => {
  await ensureEngineAndWrk();
  for (let round = 1; round <= rounds; round += 1) {
    say('bench', `round ${round} of ${rounds}`);
    await withPool(['WORKERS=4', 'WORKER_STALL_TIMEOUT=0'], measureBlocked);
    await withPool(['WORKERS=4'], async () => {
      await measureReload();
      await measureBookkeeping();
    });
    await withPool(['WORKERS=4', `WORKER_STALL_TIMEOUT=${stallTimeoutMs}ms`], measureStall);
  }
  publish({
    name: 'pool',
    title: 'What the pool costs and saves',
    rounds,
    isPartial: isQuick,
    columns: ['measure', 'median', 'range'],
    rows: Object.entries(values).map(([what, list]) => [
      what,
      digits(median(list)),
      `${digits(Math.min(...list))} – ${digits(Math.max(...list))}`,
    ]),
  });
  return 0;
});

async function measureBlocked(): Promise<void> {
  const before = await warmThroughput();
  post(`/wait?ms=${(loadSeconds + 2) * 1000}`);
  await sleep(500);
  const blocked = await load(loadSeconds);
  await sleep(2500);
  record('throughput, 1 of 4 blocked / none', blocked / mean(before, await load(loadSeconds)));
}

async function measureReload(): Promise<void> {
  const before = await warmThroughput();
  // Not by `cluster reload`, whose own CPU time would count.
  const { pid } = await status();
  await mustRun('docker', ['exec', container, 'sh', '-c', `kill -HUP ${pid}`], 'See above.');
  const during = await load(reloadSeconds);
  await allReady();
  record('throughput, during a reload / before and after', during / mean(before, await warmThroughput()));
}

/** CPU time of the primary and of a worker, both idle. */
async function measureBookkeeping(): Promise<void> {
  const { pid: primary, workers } = await status();
  const pids = [primary, ...workers.map(({ pid }) => pid ?? 0)];
  await sleep(2000);
  const before = await ticks(pids);
  await sleep(idleSeconds * 1000);
  const after = await ticks(pids);
  const shares = after.map((value, index) => (value - (before[index] ?? 0)) / ticksPerSecond / idleSeconds);
  const [ofPrimary = 0, ...ofWorkers] = shares;
  record('CPU of the idle primary of four workers, in %', ofPrimary * 100);
  record('CPU of an idle worker, in %', (ofWorkers.reduce((sum, share) => sum + share, 0) / ofWorkers.length) * 100);
}

/** Blocks the worker of slot 0, and sends requests to its socket from within the container until another process responds. */
async function measureStall(): Promise<void> {
  const script = readFileSync(join(import.meta.dirname, 'pool-stall.mjs'), 'utf8');
  const evaluate = ['exec', container, 'node', '--input-type=module', '--eval', script];
  const stallMs = Number(await mustRun('docker', evaluate, 'See above.'));
  record('ms from a stall to the slot responding, minus the timeout', stallMs - stallTimeoutMs);
}

function record(what: string, value: number): void {
  say('bench', `${what}: ${value.toFixed(3)}`);
  values[what] = [...(values[what] ?? []), value];
}

function withPool(settings: readonly string[], use: () => Promise<void>): Promise<void> {
  const variables = [...settings, `PORT=${port}`].map((setting) => `--env=${setting}`);
  const options = ['--network=host', '--cpuset-cpus=0', `--volume=${app}:/app:ro`, ...variables];
  return withContainer(container, [...options, image], async () => {
    await allReady();
    await use();
  });
}

async function allReady(): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100)) {
    const { code, output } = await run('docker', ['exec', container, 'cluster', 'status', '--json']);
    if (code !== 0) continue;
    const { workers, isReloading } = JSON.parse(output) as Status;
    if (!isReloading && workers.every(({ state }) => state === 'ready')) return;
  }
  throw new Problem('the workers were not ready within 30 s.');
}

async function status(): Promise<Status> {
  return JSON.parse(await mustRun('docker', ['exec', container, 'cluster', 'status', '--json'], 'See above.'));
}

/** @returns requests per second after a warm-up */
async function warmThroughput(): Promise<number> {
  await load(warmUpSeconds);
  return load(loadSeconds);
}

/** With a time-out that is longer than any block. */
function load(seconds: number): Promise<number> {
  return throughput(`http://127.0.0.1:${port}/echo`, seconds, 60);
}

function mean(a: number, b: number): number {
  return (a + b) / 2;
}

function post(path: string): void {
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' }).catch(() => undefined);
}

/** @returns the CPU time of each process so far, in clock ticks */
async function ticks(pids: readonly number[]): Promise<number[]> {
  const files = pids.map((pid) => `/proc/${pid}/stat`);
  const output = await mustRun('docker', ['exec', container, 'cat', ...files], 'See above.');
  // After the name in brackets, utime and stime are the 12th and 13th field.
  const fields = output
    .trim()
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf(')') + 2).split(' '));
  return fields.map((values) => Number(values[11]) + Number(values[12]));
}

function digits(value = Number.NaN): string {
  return value.toFixed(value >= 10 ? 0 : 2);
}
