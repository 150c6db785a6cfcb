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
import { h2load, openSlowClients, requestsDuring, wrk } from './load.ts';
import type { Container, Testbed } from './testbed.ts';

/** Name → value; the unit is in the name. */
export type Values = Record<string, number>;

/** One contender's turn: all others are paused. */
interface Turn {
  readonly testbed: Testbed;
  readonly container: Container;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Requests as fast as responses arrive: requests per second, the container's CPU time per request, errors. */
export async function load(turn: Turn, loadCase: LoadCase): Promise<Values> {
  const { slowClients, ...undisturbed } = loadCase;
  if (slowClients === undefined) return loadOnce(turn, loadCase);
  const without = await loadOnce(turn, undisturbed);
  const closeSlowClients = await openSlowClients(turn.container.ports.http, slowClients);
  try {
    const beside = await loadOnce(turn, undisturbed);
    return { ...beside, keptShare: (beside.requestsPerSecond ?? 0) / (without.requestsPerSecond ?? 0) };
  } finally {
    closeSlowClients();
  }
}

async function loadOnce({ testbed, container, seconds, warmUpSeconds }: Turn, loadCase: LoadCase): Promise<Values> {
  await wrk(testbed, container, loadCase, warmUpSeconds);
  const containers = [container, testbed.load, testbed.database];
  const before = await Promise.all(containers.map((each) => each.cpuUs()));
  const report = await wrk(testbed, container, loadCase, seconds);
  const after = await Promise.all(containers.map((each) => each.cpuUs()));
  const [own = 0, ...others] = after.map((us, index) => us - (before[index] ?? 0));
  if (report.requests === 0) throw new Problem(`${container.name} responded to no request of ${loadCase.name}.`);
  return {
    requestsPerSecond: report.requests / report.seconds,
    cpuUsPerRequest: own / report.requests,
    // Close to 1: the core of the load generator and the database was the limit, not the contender.
    loadCoreBusy: others.reduce((sum, us) => sum + us, 0) / (report.seconds * 1e6),
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
    wrongShare: report.wrong / report.requests,
    failedShare: report.failed / (report.requests + report.failed),
  };
}

/** @param rate requests per second */
export async function latency({ testbed, container, seconds }: Turn, rate: number): Promise<Values> {
  return { ...(await h2load(testbed, container, '/json', rate, Math.max(3, seconds))), rate };
}

/** Requests per second during a disruption. */
const disruptionRate = 500;

/** One worker computes for four seconds: what do clients notice? */
export async function blocked({ container }: Turn): Promise<Values> {
  const blockMs = 4000;
  const block = () => fetch(container.url(`/block?ms=${blockMs}`), { method: 'POST' }).then(() => undefined);
  return {
    ...(await requestsDuring(() => block().catch(() => undefined), container.url('/json'), disruptionRate, 7)),
  };
}

/** A new release of the app: what do clients notice? A contender that cannot reload has its container restarted. */
export async function deploy({ container }: Turn): Promise<Values> {
  const version = String(Date.now());
  const release = async () => {
    await container.exec('sh', '-c', `printf %s ${version} > /app/VERSION`);
    const canReload = await container.exec('sh', '-c', 'test -x /bench/deploy && echo yes || echo no');
    if (canReload === 'yes') await container.exec('/bench/deploy');
    else await container.restart();
  };
  const result = await requestsDuring(release, container.url('/json'), disruptionRate, 9);
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(100)) {
    const response = await fetch(container.url('/version'), { headers: { connection: 'close' } });
    if (((await response.json()) as { version: string }).version === version) return { ...result };
  }
  throw new Problem(`${container.name} did not serve the new release within 15 s.`);
}

/** From `docker run` to the first 200, and `docker stop` of an idle container. */
export async function lifecycle(testbed: Testbed, contender: Contender): Promise<Values> {
  const startedAt = performance.now();
  const container = await testbed.start(contender, 'one core');
  try {
    await container.waitUntilReady();
    const startMs = performance.now() - startedAt;
    await sleep(2000);
    const stoppedAt = performance.now();
    await container.stop();
    return { startMs, stopMs: performance.now() - stoppedAt };
  } finally {
    await container.remove();
  }
}

/** Five seconds after it is ready, without any request. */
export async function memory(testbed: Testbed, contender: Contender, { cores = 1 }: ContainerCase): Promise<Values> {
  const container = await testbed.start(contender, cores === 2 ? 'two cores' : 'one core');
  try {
    await container.waitUntilReady();
    await sleep(5000);
    return { idleMB: (await container.memoryBytes()) / 1e6 };
  } finally {
    await container.remove();
  }
}

/** The image with its app; and what it, and the image it is built FROM, add to the base image, compressed as in a registry. */
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

/** @returns the compressed size of the layers that an image has on top of its base */
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
