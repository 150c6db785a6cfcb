// One measurement of one contender: a function for each kind of case.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem } from '../tools/command.ts';
import { baseContext } from '../tools/image.ts';
import { officialBase } from '../tools/offline/base.ts';
import type { ContainerCase, LoadCase } from './cases.ts';
import type { Contender } from './contenders.ts';
import { imageOf } from './images.ts';
import { crawl, h2load, ordeal, wrk } from './load.ts';
import type { Running, Theatre } from './stage.ts';

/** What was measured, by its name; the unit is in the name. */
export type Values = Record<string, number>;

/** A contender has its turn: nothing else runs. */
export interface Turn {
  readonly theatre: Theatre;
  readonly running: Running;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** As fast as answers come: requests a second, CPU time of the container a request, errors. */
export async function load(turn: Turn, asked: LoadCase): Promise<Values> {
  const { slowClients, ...undisturbed } = asked;
  if (slowClients === undefined) return loadOnce(turn, asked);
  const before = await loadOnce(turn, undisturbed);
  const stop = await crawl(turn.running.ports.http, slowClients);
  try {
    const beside = await loadOnce(turn, undisturbed);
    return { ...beside, keptShare: (beside.requestsPerSecond ?? 0) / (before.requestsPerSecond ?? 0) };
  } finally {
    stop();
  }
}

async function loadOnce({ theatre, running, seconds, warmUpSeconds }: Turn, asked: LoadCase): Promise<Values> {
  await wrk(theatre, running, asked, warmUpSeconds);
  const containers = [running, theatre.load, theatre.database];
  const before = await Promise.all(containers.map((container) => container.cpuUs()));
  const seen = await wrk(theatre, running, asked, seconds);
  const after = await Promise.all(containers.map((container) => container.cpuUs()));
  const [own = 0, ...others] = after.map((us, index) => us - (before[index] ?? 0));
  if (seen.requests === 0) throw new Problem(`${running.name} answered no request of ${asked.name}.`);
  return {
    requestsPerSecond: seen.requests / seen.seconds,
    cpuUsPerRequest: own / seen.requests,
    // Near 1: the load's core, which the database shares, was the limit, not the contender.
    loadCoreBusy: others.reduce((sum, us) => sum + us, 0) / (seen.seconds * 1e6),
    p50Ms: seen.p50Ms,
    p99Ms: seen.p99Ms,
    wrongShare: seen.wrong / seen.requests,
    failedShare: seen.failed / (seen.requests + seen.failed),
  };
}

/** @param rate requests a second */
export async function latency({ theatre, running, seconds }: Turn, rate: number): Promise<Values> {
  return { ...(await h2load(theatre, running, '/json', rate, Math.max(3, seconds))), rate };
}

const ordealRate = 500;

/** A worker computes for four seconds; what do the others' clients see? */
export async function blocked({ running }: Turn): Promise<Values> {
  const blockMs = 4000;
  const block = () => fetch(running.url(`/block?ms=${blockMs}`), { method: 'POST' }).then(() => undefined);
  const seen = await ordeal(running.url('/json'), ordealRate, 7, () => block().catch(() => undefined));
  return { ...seen };
}

/** A new release while clients ask. Where a contender has no way to take one up, its container is restarted. */
export async function deploy({ running }: Turn): Promise<Values> {
  const version = String(Date.now());
  const seen = await ordeal(running.url('/json'), ordealRate, 9, async () => {
    await running.exec('sh', '-c', `printf %s ${version} > /app/VERSION`);
    const hasWay = await running.exec('sh', '-c', 'test -x /bench/deploy && echo yes || echo no');
    if (hasWay === 'yes') await running.exec('/bench/deploy');
    else await running.restart();
  });
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(100)) {
    const answer = await fetch(running.url('/version'), { headers: { connection: 'close' } });
    if (((await answer.json()) as { version: string }).version === version) return { ...seen };
  }
  throw new Problem(`${running.name} did not take up the new release.`);
}

/** `docker run` until the first 200, and `docker stop` when idle. */
export async function lifecycle(theatre: Theatre, contender: Contender): Promise<Values> {
  const startedAt = performance.now();
  const running = await theatre.begin(contender, 'one core');
  try {
    await running.ready();
    const startMs = performance.now() - startedAt;
    await sleep(2000);
    const stoppedAt = performance.now();
    await running.stop();
    return { startMs, stopMs: performance.now() - stoppedAt };
  } finally {
    await running.remove();
  }
}

/** Some seconds after its start, unasked. */
export async function memory(theatre: Theatre, contender: Contender, { cores = 1 }: ContainerCase): Promise<Values> {
  const running = await theatre.begin(contender, cores === 2 ? 'two cores' : 'one core');
  try {
    await running.ready();
    await sleep(5000);
    return { idleMB: (await running.memoryBytes()) / 1e6 };
  } finally {
    await running.remove();
  }
}

/** Of the image with its app, and of what it, and what it is made FROM, adds to the base, compressed as a registry holds it. */
export async function size(contender: Contender): Promise<Values> {
  const context = await baseContext(() => {});
  const base = context.at(-1)?.split('docker-image://')[1] ?? officialBase;
  const name = imageOf(contender.folder);
  const inspect = ['image', 'inspect', '--format={{.Size}}'];
  const [total, ofBase] = await Promise.all(
    [name, base].map((image) => mustRun('docker', [...inspect, image], 'See above.')),
  );
  return {
    imageMB: Number(total) / 1e6,
    overBaseMB: (Number(total) - Number(ofBase)) / 1e6,
    overBaseCompressedMB: await compressedMB(name, base),
    ...(contender.from === undefined ? {} : { withoutAppCompressedMB: await compressedMB(contender.from, base) }),
  };
}

async function layersOf(name: string): Promise<string[]> {
  return JSON.parse(
    await mustRun('docker', ['image', 'inspect', '--format={{json .RootFS.Layers}}', name], 'See above.'),
  );
}

/** @returns what an image adds to the one below it */
async function compressedMB(name: string, base: string): Promise<number> {
  const below = new Set(await layersOf(base));
  const folder = mkdtempSync(join(tmpdir(), 'bench-image-'));
  try {
    await mustRun('sh', ['-c', `docker save ${name} | tar -x -C ${folder}`], 'See above.');
    const [manifest] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as [{ Layers: string[] }];
    const all = await layersOf(name);
    const files = manifest.Layers.filter((_, index) => !below.has(all[index] ?? ''));
    let bytes = 0;
    for (const file of files)
      bytes += Number(await mustRun('sh', ['-c', `gzip -6 -c ${join(folder, file)} | wc -c`], 'See above.'));
    return bytes / 1e6;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
