// Contenders in containers. All contenders of a setup are up at the same time, and paused while another one has its turn:
// taking turns costs no start. Contenders run on the first core; the load generator and the database on the last ones.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getContainerRuntimeClient } from 'testcontainers';
import { makeCertificate } from '../tests/support/certificate.ts';
import { mustRun, Problem, run } from '../tools/command.ts';
import type { Setup } from './cases.ts';
import { conform } from './conformance.ts';
import { type Contender, certificateFolder, contenders, type Ports } from './contenders.ts';
import { databaseImage, imageOf, loadImage } from './images.ts';

/** Marks our containers, so that those of an interrupted run are found. */
const label = 'node-nginx-fastify.bench';
const databasePort = 18_500;
const lastCore = availableParallelism() - 1;
/** On a machine with two cores, a contender's second core is also the load generator's. */
export const loadCores = availableParallelism() > 2 ? `2-${lastCore}` : String(lastCore);

/** A running container, with what is needed to measure it. */
export class Container {
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
    // On a busy machine the kernel may need longer to freeze all processes than the engine waits.
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

  /** @returns the CPU time of all its processes since its start, in microseconds */
  async cpuUs(): Promise<number> {
    return (await this.#stats()).cpu_stats.cpu_usage.total_usage / 1000;
  }

  /** @returns its memory without the inactive page cache, as `docker stats` counts it */
  async memoryBytes(): Promise<number> {
    const { usage, stats } = (await this.#stats()).memory_stats;
    // The name in cgroup v1, and in v2.
    const { total_inactive_file = 0, inactive_file = total_inactive_file } = stats as unknown as Record<string, number>;
    return usage - inactive_file;
  }

  /** Waits for the first response with status 200. @throws Problem after 60 s, with the container's log */
  async waitUntilReady(): Promise<void> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(2)) {
      const response = await fetch(this.url('/json'), { headers: { connection: 'close' } }).catch(() => undefined);
      await response?.arrayBuffer().catch(() => undefined);
      if (response?.status === 200) return;
    }
    throw new Problem(
      `${this.name} did not respond with 200 within 60 s.`,
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

/** What all setups share: the database, the load generator, and a folder. */
export class Testbed {
  readonly database: Container;
  readonly load: Container;
  /** The load generator has it as `/expected`. */
  readonly folder: string;

  private constructor(database: Container, load: Container, folder: string) {
    this.database = database;
    this.load = load;
    this.folder = folder;
  }

  static async open(): Promise<Testbed> {
    await removeLeftovers();
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    mkdirSync(join(folder, 'tls'));
    const { certificate, key } = makeCertificate('localhost');
    writeFileSync(join(folder, 'tls/tls.crt'), certificate);
    writeFileSync(join(folder, 'tls/tls.key'), key);
    // Containers run as other users.
    await mustRun('chmod', ['-R', 'a+rX', folder], 'See above.');
    const database = await start('database', { http: databasePort, https: 0, other: 0 }, loadCores, [
      databaseImage,
      '/var/lib/postgresql/bin/postgres',
      '-p',
      String(databasePort),
    ]);
    const load = await start('load', { http: 0, https: 0, other: 0 }, loadCores, [
      `--volume=${folder}:/expected`,
      loadImage,
    ]);
    return new Testbed(database, load, folder);
  }

  async close(): Promise<void> {
    await removeLeftovers();
    rmSync(this.folder, { recursive: true });
  }

  /** Starts a contender's container. Does not wait until it is ready. */
  start(contender: Contender, setup: Setup): Promise<Container> {
    const first = 18_600 + 10 * contenders.indexOf(contender);
    const ports = { http: first, https: setup === 'TLS' ? first + 1 : 0, other: first + 2 };
    const environment = {
      PORT: String(ports.http),
      DATABASE_URL: `postgresql://bench:bench@127.0.0.1:${databasePort}/bench`,
      ...(setup === 'TLS' ? { TLS: 'yes', TLS_PORT: String(ports.https) } : {}),
      ...contender.environment?.(ports),
    };
    return start(contender.name, ports, setup === 'two cores' ? '0-1' : '0', [
      ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
      `--volume=${join(this.folder, 'tls')}:${certificateFolder}:ro`,
      imageOf(contender.folder),
    ]);
  }

  /** Waits until a contender is ready, and checks each of its responses. @returns the problems, one per line  @throws Problem */
  async problemsOf(container: Container): Promise<string[]> {
    await container.waitUntilReady();
    const { https } = container.ports;
    return conform(container.url(''), https === 0 ? undefined : `https://127.0.0.1:${https}`);
  }
}

async function start(name: string, ports: Ports, cpus: string, args: string[]): Promise<Container> {
  const container = `node-nginx-fastify-bench-${name}`;
  // --network=host: otherwise Docker's proxy for published ports would be measured too.
  const options = [
    '--detach',
    `--name=${container}`,
    `--label=${label}=yes`,
    '--network=host',
    `--cpuset-cpus=${cpus}`,
  ];
  await mustRun('docker', ['run', ...options, ...args], 'See above.');
  return new Container(container, ports);
}

async function removeLeftovers(): Promise<void> {
  const list = await mustRun('docker', ['ps', '--all', '--quiet', `--filter=label=${label}`], 'Is dockerd running?');
  const ids = list.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await run('docker', ['rm', '--force', '--volumes', ...ids]);
}
