// Containers of the image under test: started, waited for, and removed when their test ends, also when it fails.
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostConfig } from 'dockerode';
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  type WaitStrategy,
} from 'testcontainers';

/** The image under test: what `npm run build` made, unless IMAGE names another. */
export const image = process.env.IMAGE ?? 'node-nginx-fastify:26';

const appsFolder = join(import.meta.dirname, '../../apps');
const deadlineMs = 60_000;

export interface Options {
  /** A folder of tests/apps to copy into /app. */
  app?: string;
  /** Single files, by their absolute path in the container. */
  files?: Record<string, string>;
  image?: string;
  environment?: Record<string, string>;
  user?: string;
  command?: string[];
  /** Docker's --init. */
  init?: boolean;
  readOnly?: boolean;
  tmpfs?: Record<string, string>;
  /** Folders of this machine, by where they are mounted. */
  mounts?: Record<string, string>;
  dropCapabilities?: boolean;
  /** Docker's --cpus, --memory, --pids-limit and --ulimit nofile. */
  limits?: { cpus?: number; memoryMb?: number; pids?: number; openFiles?: number };
  /** Docker's --restart on-failure, so many times. */
  restarts?: number;
  /** Docker's --network: `container:ID` is that of another container. */
  network?: string;
  /** Other ports of the container to publish than 8080. */
  ports?: number[];
  /** Where readiness is asked for, if not at /healthz. */
  readyPath?: string;
  /** Docker's --health-*, in place of the image's own; times in ms. */
  healthCheck?: Parameters<GenericContainer['withHealthCheck']>[0];
  /** What else Docker's API has words for. */
  hostConfig?: HostConfig;
}

export interface End {
  exitCode: number;
  /** Everything that the container printed, both streams. */
  output: string;
  /** The last line that it printed. */
  lastLine: string;
}

/** A container that runs. */
export class Container {
  readonly #started: StartedTestContainer;
  readonly #printed: Printed;

  constructor(started: StartedTestContainer, printed: Printed) {
    this.#started = started;
    this.#printed = printed;
  }

  get id(): string {
    return this.#started.getId();
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port(8080)}${path}`;
  }

  /** Where a published port of the container is on this machine. */
  port(inside: number): number {
    return this.#started.getMappedPort(inside);
  }

  /** One request on a connection of its own. */
  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url(path), { ...init, headers: { connection: 'close', ...init.headers } });
  }

  /** Resolves when `path` answers with `status`. @throws where the container ends instead */
  async ready(path = '/healthz', status = 200): Promise<this> {
    const container = await this.#runtime();
    for (const deadline = Date.now() + deadlineMs; Date.now() < deadline; await sleep(50)) {
      const answer = await this.get(path).catch(() => undefined);
      if (answer?.status === status) return this;
      const { Running, ExitCode } = (await container.inspect()).State;
      if (Running) continue;
      // The whole log: what was followed as it came ends at a restart.
      const log = await container.logs({ stdout: true, stderr: true });
      throw new Error(`the container ended with exit code ${ExitCode}:\n${log}`);
    }
    throw new Error(`not ready in time:\n${this.#printed.text}`);
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#printed.text;
  }

  /** Resolves when the container has printed it. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#printed.until(pattern);
  }

  async exec(...command: string[]): Promise<{ exitCode: number; output: string }> {
    const { exitCode, output } = await this.#started.exec(command);
    return { exitCode, output };
  }

  /** @param user `uid:gid` */
  async execAs(user: string, ...command: string[]): Promise<{ exitCode: number; output: string }> {
    const { exitCode, output } = await this.#started.exec(command, { user });
    return { exitCode, output };
  }

  /** Writes files, over those that are there. */
  async copyIn(files: Record<string, string>): Promise<void> {
    await this.#started.copyContentToContainer(Object.entries(files).map(([target, content]) => ({ target, content })));
  }

  /** Sends a signal to process 1. */
  async signal(name: NodeJS.Signals): Promise<void> {
    await (await this.#runtime()).kill({ signal: name });
  }

  /** What `docker stop` does. The container is killed, and its exit code 137, if it takes longer than `timeoutSeconds`. */
  async stop(timeoutSeconds = 10): Promise<End> {
    await (await this.#runtime()).stop({ t: timeoutSeconds });
    return this.end();
  }

  /** Stops every process of the container for a time, as a suspended machine would. */
  async freeze(ms: number): Promise<void> {
    const container = await this.#runtime();
    await container.pause();
    await sleep(ms);
    await container.unpause();
  }

  async restart(): Promise<void> {
    await this.#started.restart({ timeout: 10_000 });
  }

  /** Resolves when the container has ended by itself. */
  async end(): Promise<End> {
    const { StatusCode: exitCode } = await (await this.#runtime()).wait();
    const output = (await this.#printed.all()).trimEnd();
    return { exitCode, output, lastLine: output.split('\n').at(-1) ?? '' };
  }

  /** How often Docker has started it again. */
  async restartCount(): Promise<number> {
    return (await (await this.#runtime()).inspect()).RestartCount;
  }

  async healthStatus(): Promise<string | undefined> {
    return (await (await this.#runtime()).inspect()).State.Health?.Status;
  }

  async #runtime() {
    return (await getContainerRuntimeClient()).container.getById(this.#started.getId());
  }
}

/** A container that is left to itself from its start on: it may well end at once. */
export function boot(t: TestContext, options: Options = {}): Promise<Container> {
  return start(t, options, options.network === undefined ? [8080, ...(options.ports ?? [])] : []);
}

/** A container that is ready for requests. */
export async function serve(t: TestContext, options: Options = {}): Promise<Container> {
  return (await boot(t, options)).ready(options.readyPath);
}

/** A container that ends by itself. */
export async function runToItsEnd(t: TestContext, options: Options): Promise<End> {
  return (await start(t, options, [])).end();
}

async function start(t: TestContext, options: Options, ports: number[]): Promise<Container> {
  const printed = new Printed();
  const container = new ConfiguredContainer(options.image ?? image, options)
    .withExposedPorts(...ports)
    .withEnvironment(options.environment ?? {})
    // By it tools/test-image.ts finds what a run has left behind.
    .withLabels({ 'node-nginx-fastify.test': image })
    .withAutoRemove(false)
    .withWaitStrategy(noWait)
    .withLogConsumer((stream) => printed.follow(stream));
  if (options.app !== undefined) {
    container.withCopyDirectoriesToContainer([{ source: join(appsFolder, options.app), target: '/app' }]);
  }
  for (const [target, content] of Object.entries(options.files ?? {})) {
    container.withCopyContentToContainer([{ content, target }]);
  }
  if (options.command !== undefined) container.withCommand(options.command);
  if (options.user !== undefined) container.withUser(options.user);
  if (options.tmpfs !== undefined) container.withTmpFs(options.tmpfs);
  const mounts = Object.entries(options.mounts ?? {}).map(([target, source]) => ({ source, target }));
  container.withBindMounts(mounts);
  if (options.network !== undefined) container.withNetworkMode(options.network);
  if (options.healthCheck !== undefined) container.withHealthCheck(options.healthCheck);
  if (options.dropCapabilities) container.withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges');
  t.after(() => container.removeAll());
  return new Container(await startWithFreePort(container), printed);
}

/**
 * Docker may choose a port that clients of another test have just used themselves, and so may its neighbours be, which Docker
 * tries next: it is asked again, for as long as the kernel keeps such ports (60 s, TIME_WAIT).
 */
async function startWithFreePort(container: GenericContainer): Promise<StartedTestContainer> {
  for (const deadline = Date.now() + 90_000; ; await sleep(1000)) {
    try {
      return await container.start();
    } catch (error) {
      if (Date.now() > deadline || !String(error).includes('address already in use')) throw error;
    }
  }
}

/** What testcontainers has no words for; and it removes what it created, even where start() failed half way. */
class ConfiguredContainer extends GenericContainer {
  readonly #options: Options;
  readonly #created: string[] = [];

  constructor(name: string, options: Options) {
    super(name);
    this.#options = options;
  }

  protected override async beforeContainerCreated(): Promise<void> {
    if (this.#options.readOnly !== undefined) this.hostConfig.ReadonlyRootfs = this.#options.readOnly;
    if (this.#options.init !== undefined) this.hostConfig.Init = this.#options.init;
    const { cpus, memoryMb, pids, openFiles } = this.#options.limits ?? {};
    const { restarts } = this.#options;
    if (restarts !== undefined) this.hostConfig.RestartPolicy = { Name: 'on-failure', MaximumRetryCount: restarts };
    if (openFiles !== undefined) this.hostConfig.Ulimits = [{ Name: 'nofile', Soft: openFiles, Hard: openFiles }];
    if (pids !== undefined) this.hostConfig.PidsLimit = pids;
    if (cpus !== undefined) this.hostConfig.NanoCpus = cpus * 1e9;
    if (memoryMb !== undefined) this.hostConfig.Memory = memoryMb * 1024 ** 2;
    Object.assign(this.hostConfig, this.#options.hostConfig);
  }

  protected override async containerCreated(containerId: string): Promise<void> {
    this.#created.push(containerId);
  }

  async removeAll(): Promise<void> {
    const client = await getContainerRuntimeClient();
    for (const id of this.#created) await client.container.getById(id).remove({ force: true, v: true });
  }
}

/** Returns as soon as the container was started. */
const noWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => noWait,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => deadlineMs,
};

/** What a container prints, as it comes. */
class Printed {
  text = '';
  readonly #more = new EventEmitter();
  #stream: Readable | undefined;

  follow(stream: Readable): void {
    this.#stream = stream;
    stream.on('data', (chunk) => {
      this.text += chunk;
      this.#more.emit('more');
    });
    stream.on('end', () => this.#more.emit('more'));
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const signal = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (this.#stream?.readableEnded || signal.aborted) throw new Error(`${pattern} was never printed:\n${this.text}`);
      await once(this.#more, 'more', { signal }).catch(() => undefined);
    }
  }

  async all(): Promise<string> {
    if (this.#stream !== undefined && !this.#stream.readableEnded) await once(this.#stream, 'end');
    return this.text;
  }
}
