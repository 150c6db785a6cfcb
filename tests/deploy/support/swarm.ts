// A swarm of this one machine, with deploy/swarm/stack.yaml in it: begun for a test, and ended with it, also when it fails.
import { spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { getContainerRuntimeClient } from 'testcontainers';
import { mustRun, run } from '../../../tools/command.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { image } from '../../image/support/container.ts';
import { buildDeadlineMs, deadlineSignal, onceInTime, until, within } from '../../support/deadline.ts';

const stack = 'nnf-test';
/** Makes a swarm ours: the label that containers of the tests have, too. */
const label = 'node-nginx-fastify.test';
const file = join(projectRoot, 'deploy/swarm/stack.yaml');
const deadlineMs = 180_000;
const wait = { withinMs: deadlineMs, everyMs: 100 };

export interface Replica {
  readonly container: string;
  readonly image: string;
}

/** The stack of deploy/swarm. */
export class Stack {
  readonly #port: number;
  /** Images that were built for it. */
  readonly #releases = new Set<string>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Where its balancer is. */
  url(path: string): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  /** An image of a folder of tests/apps, as release `version`. */
  build(app: string, version: string): string {
    const tag = `node-nginx-fastify-swarm:${version}`;
    this.#releases.add(tag);
    const lines = ['FROM node-nginx-fastify:26', 'COPY . /app', `ENV APP_VERSION=${version}`];
    const { status, stderr } = spawnSync(
      'docker',
      [
        ...['buildx', 'build', '--load', '--quiet', '--tag', tag, '--file', '-'],
        ...['--build-context', `node-nginx-fastify:26=docker-image://${image}`, join(projectRoot, 'tests/apps', app)],
      ],
      { input: lines.join('\n'), encoding: 'utf8', timeout: buildDeadlineMs },
    );
    if (status !== 0) throw new Error(stderr);
    return tag;
  }

  /** `docker stack deploy` of a release, to its end. @returns how an update ended */
  async deploy(release: string): Promise<string> {
    // That it was rolled back is no failure of `docker stack deploy`.
    await this.#deploy(release, '--detach=false');
    return docker('service', 'inspect', '--format', '{{.UpdateStatus.State}}', `${stack}_app`);
  }

  /** The first release. Resolves when its replicas are healthy and the balancer answers. */
  async start(release: string): Promise<void> {
    await this.#deploy(release, '--detach=true');
    await this.settled(3);
    const look = async () => {
      const signal = deadlineSignal(deadlineMs, 'a response');
      const answer = await fetch(this.url('/healthz'), { signal }).catch((error: Error) => error);
      return 'status' in answer ? answer.status : answer;
    };
    await until('the balancer to respond 200', look, (seen) => seen === 200, wait);
  }

  async #deploy(release: string, ...options: string[]): Promise<void> {
    const args = ['stack', 'deploy', '--compose-file', file, '--resolve-image', 'never', ...options, stack];
    const env = { IMAGE: release, BALANCER_IMAGE: image, PORT: String(this.#port) };
    await within(buildDeadlineMs, 'docker stack deploy', mustRun('docker', args, 'See the output above.', env));
  }

  /** `docker service scale`, until there are so many and no others. */
  async scale(replicas: number): Promise<void> {
    await docker('service', 'scale', '--detach', `${stack}_app=${replicas}`);
    await this.settled(replicas);
  }

  /**
   * Resolves when so many replicas are healthy and no other is left, not even one that is stopping.
   * @param without a container that has to be gone, too
   */
  async settled(replicas: number, without?: string): Promise<Replica[]> {
    const look = async () => {
      const all = await this.#replicas();
      const healthy = await this.#replicas('--filter', 'health=healthy');
      const isGone = healthy.every(({ container }) => container !== without);
      if (all.length === replicas && healthy.length === replicas && isGone) return healthy;
      return docker('service', 'ps', '--no-trunc', `${stack}_app`);
    };
    const isThere = (seen: Replica[] | string): seen is Replica[] => typeof seen !== 'string';
    return until(`${replicas} replicas`, look, isThere, wait);
  }

  /** Replicas that run, those that start or stop included. */
  async #replicas(...filters: string[]): Promise<Replica[]> {
    const filter = `label=com.docker.swarm.service.name=${stack}_app`;
    const list = await docker('ps', '--filter', filter, ...filters, '--format', '{{.ID}} {{.Image}}');
    return list
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [container = '', image = ''] = line.split(' ');
        return { container, image };
      });
  }

  /** What Docker says of a container. */
  async inspect(container: string): Promise<Inspection> {
    return JSON.parse(await docker('inspect', '--format', '{{json .}}', container));
  }

  /** Resolves when one of the replicas has printed it. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const look = async () => {
      const logs = await Promise.all((await this.#replicas()).map(({ container }) => docker('logs', container)));
      return logs.map((log) => pattern.exec(log)).find((match) => match !== null) ?? logs;
    };
    const isThere = (seen: RegExpExecArray | string[]): seen is RegExpExecArray => 'index' in seen;
    return until(`${pattern} to be printed`, look, isThere, wait);
  }

  /** What a replica of this release printed that did not come up. */
  async failure(release: string): Promise<string> {
    const tasks = await docker('service', 'ps', '--format', '{{.ID}} {{.Image}} {{.CurrentState}}', `${stack}_app`);
    const failed = tasks.split('\n').find((task) => task.includes(` ${release} Failed`));
    if (failed === undefined) throw new Error(`no replica of ${release} has failed:\n${tasks}`);
    // Of the one task: the logs of the whole service never end once Docker has removed an old replica.
    return docker('service', 'logs', '--raw', failed.slice(0, failed.indexOf(' ')));
  }

  async kill(container: string): Promise<void> {
    await docker('kill', container);
  }

  async removeImages(): Promise<void> {
    for (const tag of this.#releases) await run('docker', ['image', 'rm', '--force', tag]);
  }
}

export interface Inspection {
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: string[] | null;
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
  };
}

/**
 * Makes this machine a swarm, unless it is in one.
 * @returns undefined where the test was skipped: in somebody's swarm nothing is changed
 */
export async function swarm(t: TestContext): Promise<Stack | undefined> {
  const state = await docker('info', '--format', '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}');
  const isLeft = state === 'active true' && (await labelOfSwarm()) === image;
  if (isLeft) {
    // A run of this test was killed.
    await leave();
  } else if (!state.startsWith('inactive')) {
    t.skip('this machine is in a swarm, and the test needs one of its own: `docker swarm leave --force`');
    return undefined;
  }
  const hadBridge = !isLeft && (await run('docker', ['network', 'inspect', 'docker_gwbridge'])).code === 0;
  const stack = new Stack(await availablePort());
  t.after(async () => {
    await leave();
    await stack.removeImages();
    if (!hadBridge) await run('docker', ['network', 'rm', 'docker_gwbridge']);
  });
  // What `docker swarm init --advertise-addr 127.0.0.1` does, and a label with it, so that no moment is without.
  await (await engine()).swarmInit({
    ListenAddr: '127.0.0.1:2377',
    AdvertiseAddr: '127.0.0.1',
    Spec: { Labels: { [label]: image } },
  });
  return stack;
}

async function labelOfSwarm(): Promise<string | undefined> {
  return (await (await engine()).swarmInspect()).Spec.Labels?.[label];
}

async function engine() {
  return (await getContainerRuntimeClient()).container.dockerode;
}

/** Everything of the stack is gone first: a swarm that is left forgets the volumes of its replicas. */
async function leave(): Promise<void> {
  await run('docker', ['stack', 'rm', '--detach=false', stack], { timeoutMs: deadlineMs });
  const filter = `label=com.docker.stack.namespace=${stack}`;
  const look = () => docker('ps', '--all', '--quiet', '--filter', filter);
  // Whatever is left goes with the swarm.
  await until('the end of the stack', look, (left) => left === '', wait).catch(() => undefined);
  await run('docker', ['swarm', 'leave', '--force']);
}

function docker(...args: string[]): Promise<string> {
  return within(deadlineMs, `docker ${args.join(' ')}`, mustRun('docker', args, 'Is dockerd running?'));
}

/** @returns a port of this machine that nothing listens on */
async function availablePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await onceInTime(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await onceInTime(server, 'close');
  return port;
}
