// Containers of the image under test: started, waited for, and removed when their test ends, also when it fails.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostConfig } from 'dockerode';
import { type GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { deadlineSignal, defaultDeadlineMs, dockerDeadlineMs, until, within } from '../../support/deadline.ts';
import { ConfiguredContainer } from './configured-container.ts';
import { Printed } from './printed.ts';

/** The image under test: what `npm run build` made, unless IMAGE names another. */
export const image = process.env.IMAGE ?? 'node-nginx-fastify:26';

const appsFolder = join(import.meta.dirname, '../../apps');
/** The slowest answer that a test waits for takes a minute. */
const responseDeadlineMs = 120_000;
/** `cluster reload` of several workers under load, on a busy machine. */
const execDeadlineMs = 120_000;

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

/** A command's end, in a container that goes on. */
export interface Execution {
  exitCode: number;
  /** Both streams. */
  output: string;
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

  /** One request on a connection of its own, with a deadline for its whole response. */
  get(path: string, init: RequestInit = {}): Promise<Response> {
    const deadline = deadlineSignal(responseDeadlineMs, `the whole response to ${init.method ?? 'GET'} ${path}`);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    return fetch(this.url(path), { ...init, signal, headers: { connection: 'close', ...init.headers } });
  }

  /** Resolves when `path` answers with `status`. @throws where the container ends instead */
  async ready(path = '/healthz', status = 200): Promise<this> {
    const container = await this.#runtime();
    const look = async () => {
      const response = await this.get(path).catch((error: Error) => error);
      if (response instanceof Response && response.status === status) return 'ready';
      const { Running, ExitCode } = (await this.#inspect()).State;
      if (Running)
        return `${response instanceof Response ? response.status : response}, and it printed:\n${this.output}`;
      // The whole log: what was followed as it came ends at a restart.
      const log = await container.logs({ stdout: true, stderr: true });
      throw new Error(`the container ended with exit code ${ExitCode}:\n${log}`);
    };
    await until(`${path} to respond ${status}`, look, (seen) => seen === 'ready');
    return this;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#printed.text;
  }

  /** Resolves when the container has printed it. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#printed.until(pattern);
  }

  exec(...command: string[]): Promise<Execution> {
    return this.#exec(command, {});
  }

  /** @param user `uid:gid` */
  execAs(user: string, ...command: string[]): Promise<Execution> {
    return this.#exec(command, { user });
  }

  async #exec(command: string[], options: { user?: string }): Promise<Execution> {
    const end = this.#started.exec(command, options);
    const { exitCode, output } = await within(
      execDeadlineMs,
      `the end of ${command.join(' ')}`,
      end,
      () => this.output,
    );
    return { exitCode, output };
  }

  /** Writes files, over those that are there. */
  async copyIn(files: Record<string, string>): Promise<void> {
    const copied = this.#started.copyContentToContainer(
      Object.entries(files).map(([target, content]) => ({ target, content })),
    );
    await within(dockerDeadlineMs, `${Object.keys(files)} in the container`, copied);
  }

  /** Sends a signal to process 1. */
  async signal(name: NodeJS.Signals): Promise<void> {
    await within(dockerDeadlineMs, `${name} to be sent`, (await this.#runtime()).kill({ signal: name }));
  }

  /** What `docker stop` does. The container is killed, and its exit code 137, if it takes longer than `timeoutSeconds`. */
  async stop(timeoutSeconds = 10): Promise<End> {
    const stopped = (await this.#runtime()).stop({ t: timeoutSeconds });
    await within(timeoutSeconds * 1000 + dockerDeadlineMs, 'docker stop', stopped, () => this.output);
    return this.end();
  }

  /** Stops every process of the container for a time, as a suspended machine would. */
  async freeze(ms: number): Promise<void> {
    const container = await this.#runtime();
    await within(dockerDeadlineMs, 'docker pause', container.pause());
    await sleep(ms);
    await within(dockerDeadlineMs, 'docker unpause', container.unpause());
  }

  async restart(): Promise<void> {
    await within(10_000 + dockerDeadlineMs, 'docker restart', this.#started.restart({ timeout: 10_000 }));
  }

  /** Resolves when the container has ended by itself. */
  end(withinMs = defaultDeadlineMs): Promise<End> {
    return within(withinMs, 'the end of the container', this.#end(), () => this.output);
  }

  async #end(): Promise<End> {
    const { StatusCode: exitCode } = await (await this.#runtime()).wait();
    const output = (await this.#printed.all()).trimEnd();
    return { exitCode, output, lastLine: output.split('\n').at(-1) ?? '' };
  }

  /** How often Docker has started it again. */
  async restartCount(): Promise<number> {
    return (await this.#inspect()).RestartCount;
  }

  async healthStatus(): Promise<string | undefined> {
    return (await this.#inspect()).State.Health?.Status;
  }

  async #inspect() {
    return within(dockerDeadlineMs, 'docker inspect', (await this.#runtime()).inspect());
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
export async function runToItsEnd(t: TestContext, options: Options, withinMs?: number): Promise<End> {
  return (await start(t, options, [])).end(withinMs);
}

async function start(t: TestContext, options: Options, ports: number[]): Promise<Container> {
  const printed = new Printed();
  const container = new ConfiguredContainer(options.image ?? image, hostConfigOf(options))
    .withExposedPorts(...ports)
    .withEnvironment(options.environment ?? {})
    // By it tools/test-image.ts finds what a run has left behind.
    .withLabels({ 'node-nginx-fastify.test': image })
    .withAutoRemove(false)
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
  return new Container(await container.startOnFreePort(), printed);
}

function hostConfigOf({ readOnly, init, limits = {}, restarts, hostConfig }: Options): HostConfig {
  const { cpus, memoryMb, pids, openFiles } = limits;
  return {
    ...(readOnly === undefined ? {} : { ReadonlyRootfs: readOnly }),
    ...(init === undefined ? {} : { Init: init }),
    ...(restarts === undefined ? {} : { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: restarts } }),
    ...(openFiles === undefined ? {} : { Ulimits: [{ Name: 'nofile', Soft: openFiles, Hard: openFiles }] }),
    ...(pids === undefined ? {} : { PidsLimit: pids }),
    ...(cpus === undefined ? {} : { NanoCpus: cpus * 1e9 }),
    ...(memoryMb === undefined ? {} : { Memory: memoryMb * 1024 ** 2 }),
    ...hostConfig,
  };
}
