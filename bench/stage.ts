// Contenders in containers: all of a stage are up at once, and those that have no turn are paused, so that taking turns costs
// no start. The first core is theirs; the last one, or what is left, is the load's and the database's.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getContainerRuntimeClient } from 'testcontainers';
import { makeCertificate } from '../tests/support/certificate.ts';
import { mustRun, Problem, run } from '../tools/command.ts';
import type { StageName } from './cases.ts';
import { conform } from './conformance.ts';
import { type Contender, certificateFolder, contenders, type Ports } from './contenders.ts';
import { databaseImage, imageOf, loadImage } from './images.ts';

/** By it whatever an earlier run has left behind is found. */
const label = 'node-nginx-fastify.bench';
const databasePort = 18_500;
const lastCore = availableParallelism() - 1;
/** On a machine of two cores, the second core of a contender is the load's as well. */
export const loadCores = availableParallelism() > 2 ? `2-${lastCore}` : String(lastCore);

/** A container with what is needed to measure it. */
export class Running {
  readonly name: string;
  readonly ports: Ports;

  constructor(name: string, ports: Ports) {
    this.name = name;
    this.ports = ports;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.ports.http}${path}`;
  }

  async pause(): Promise<void> {
    // On a busy machine the kernel may take longer to freeze all processes than the engine waits.
    for (let tries = 1; (await run('docker', ['pause', this.name])).code !== 0; tries += 1) {
      if (tries === 5) throw new Error(`${this.name} cannot be paused`);
    }
  }

  async unpause(): Promise<void> {
    await mustRun('docker', ['unpause', this.name], 'See above.');
  }

  exec(...command: string[]): Promise<string> {
    return mustRun('docker', ['exec', '--user=0', this.name, ...command], 'See above.');
  }

  async restart(): Promise<void> {
    await mustRun('docker', ['restart', this.name], 'See above.');
  }

  /** CPU time of all its processes so far, in microseconds. */
  async cpuUs(): Promise<number> {
    return (await this.#stats()).cpu_stats.cpu_usage.total_usage / 1000;
  }

  /** What it holds: without files of the disk that the kernel keeps for it, as `docker stats` counts. */
  async memoryBytes(): Promise<number> {
    const { usage, stats } = (await this.#stats()).memory_stats;
    // cgroup v1 and v2 have a name each.
    const { total_inactive_file = 0, inactive_file = total_inactive_file } = stats as unknown as Record<string, number>;
    return usage - inactive_file;
  }

  async ready(path = '/json'): Promise<void> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(2)) {
      const answer = await fetch(this.url(path), { headers: { connection: 'close' } }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === 200) return;
    }
    throw new Problem(
      `${this.name} did not answer within 60 s.`,
      (await run('docker', ['logs', '--tail=20', this.name])).output,
    );
  }

  async stop(): Promise<void> {
    await mustRun('docker', ['stop', '--time=30', this.name], 'See above.');
  }

  async remove(): Promise<void> {
    await run('docker', ['rm', '--force', '--volumes', this.name]);
  }

  async #stats() {
    const client = await getContainerRuntimeClient();
    return client.container.getById(this.name).stats({ stream: false, 'one-shot': true });
  }
}

/** What is used by every stage: the database, the load, a folder that the load reads. */
export class Theatre {
  readonly database: Running;
  readonly load: Running;
  /** Is `/right` in the load's container. */
  readonly folder: string;

  private constructor(database: Running, load: Running, folder: string) {
    this.database = database;
    this.load = load;
    this.folder = folder;
  }

  static async open(): Promise<Theatre> {
    await removeLeftovers();
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    mkdirSync(join(folder, 'tls'));
    const { certificate, key } = makeCertificate('localhost');
    writeFileSync(join(folder, 'tls/tls.crt'), certificate);
    writeFileSync(join(folder, 'tls/tls.key'), key);
    // The containers' users are others.
    await mustRun('chmod', ['-R', 'a+rX', folder], 'See above.');
    const database = await start('database', { http: databasePort, https: 0, other: 0 }, loadCores, [
      databaseImage,
      '/var/lib/postgresql/bin/postgres',
      '-p',
      String(databasePort),
    ]);
    const load = await start('load', { http: 0, https: 0, other: 0 }, loadCores, [
      `--volume=${folder}:/right`,
      loadImage,
    ]);
    return new Theatre(database, load, folder);
  }

  async close(): Promise<void> {
    await removeLeftovers();
    rmSync(this.folder, { recursive: true });
  }

  /** Starts a contender, and does not wait until it answers. */
  begin(contender: Contender, stage: StageName): Promise<Running> {
    const first = 18_600 + 10 * contenders.indexOf(contender);
    const ports = { http: first, https: stage === 'TLS' ? first + 1 : 0, other: first + 2 };
    const environment = {
      PORT: String(ports.http),
      DATABASE_URL: `postgresql://bench:bench@127.0.0.1:${databasePort}/bench`,
      ...(stage === 'TLS' ? { TLS: 'yes', TLS_PORT: String(ports.https) } : {}),
      ...contender.environment?.(ports),
    };
    return start(contender.name, ports, stage === 'two cores' ? '0-1' : '0', [
      ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
      `--volume=${join(this.folder, 'tls')}:${certificateFolder}:ro`,
      imageOf(contender.folder),
    ]);
  }

  /** Waits for a contender, and asks it everything once. @returns what is wrong with its answers  @throws Problem */
  async problemsOf(running: Running): Promise<string[]> {
    await running.ready();
    const { https } = running.ports;
    return conform(running.url(''), https === 0 ? undefined : `https://127.0.0.1:${https}`);
  }
}

async function start(name: string, ports: Ports, cpus: string, args: string[]): Promise<Running> {
  const container = `node-nginx-fastify-bench-${name}`;
  // --network=host: Docker's proxy for published ports would take part in what is measured.
  const options = [
    '--detach',
    `--name=${container}`,
    `--label=${label}=yes`,
    '--network=host',
    `--cpuset-cpus=${cpus}`,
  ];
  await mustRun('docker', ['run', ...options, ...args], 'See above.');
  return new Running(container, ports);
}

async function removeLeftovers(): Promise<void> {
  const list = await mustRun('docker', ['ps', '--all', '--quiet', `--filter=label=${label}`], 'Is dockerd running?');
  const ids = list.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await run('docker', ['rm', '--force', '--volumes', ...ids]);
}
