// Runs a task definition of ECS as ECS would: what it says, in Docker's words, beside an endpoint that tells the task's size.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { HostConfig } from 'dockerode';
import { projectRoot } from '../../../tools/paths.ts';
import { boot, type Container, type End, type Options } from '../../image/support/container.ts';
import { deadlineSignal, until } from '../../support/deadline.ts';
import { template } from './ecs-template.ts';

/** How long a task may take to get healthy: what the definition's own check allows, and more. */
const deadlineMs = 120_000;

export const taskDefinitionFile = join(projectRoot, 'deploy/ecs/task-definition.json');

/** A task of one container, which ours are. */
export type TaskDefinition = Omit<RegisterTaskDefinitionCommandInput, 'containerDefinitions'> & {
  containerDefinitions: [ContainerDefinition];
};

/** deploy/ecs/task-definition.json, with the container changed as `mistake` says. */
export function taskDefinition(mistake: Partial<ContainerDefinition> = {}): TaskDefinition {
  const definition = JSON.parse(readFileSync(taskDefinitionFile, 'utf8')) as TaskDefinition;
  const [container] = definition.containerDefinitions;
  return { ...definition, containerDefinitions: [{ ...container, ...mistake }] };
}

/** The container's environment, as the image's settings are read from. */
export function environmentOf({
  containerDefinitions: [{ environment = [] }],
}: TaskDefinition): Record<string, string> {
  return Object.fromEntries(environment.map(({ name = '', value = '' }) => [name, value]));
}

export interface Surroundings {
  /** What the references of `secrets` lead to, by their name. */
  secrets?: Record<string, string>;
  /**
   * Does the image declare the mount points as VOLUME? Then a volume of Fargate gets their owner and mode; else it is
   * root's, 0755. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
   */
  imageDeclaresVolumes?: boolean;
  /** Does the kernel hold the container to the task's size, or does only the metadata endpoint tell it (Fargate)? */
  enforcesSize?: boolean;
  command?: string[];
}

export class Task {
  readonly container: Container;
  readonly #network: Container;
  readonly #stopTimeoutSeconds: number;

  constructor(container: Container, network: Container, stopTimeoutSeconds: number) {
    this.container = container;
    this.#network = network;
    this.#stopTimeoutSeconds = stopTimeoutSeconds;
  }

  /** One request, where the load balancer would ask. */
  get(path: string): Promise<Response> {
    const signal = deadlineSignal(deadlineMs, `the whole response to ${path}`);
    return fetch(this.#network.url(path), { signal });
  }

  /**
   * Resolves when the definition's health check and the load balancer's have succeeded: now ECS has it in service.
   * @throws when the first has failed for good, the task ended, or two minutes are over
   */
  async inService(): Promise<this> {
    let end: End | undefined;
    void this.container.end(deadlineMs).then(
      (seen) => {
        end = seen;
      },
      () => undefined, // it was removed: the test is over; or it goes on, as it should
    );
    const { HealthCheckPath } = template.Resources.TargetGroup.Properties;
    const look = async () => {
      if (end !== undefined) throw new Error(`the task ended with ${end.exitCode}:\n${end.output}`);
      const status = await this.container.healthStatus();
      if (status === 'unhealthy') throw new Error(`not healthy:\n${this.container.output}`);
      const answer = await this.get(HealthCheckPath).catch((error: Error) => error);
      return `${status}, ${'status' in answer ? answer.status : answer}`;
    };
    const wait = { withinMs: deadlineMs, everyMs: 100 };
    await until('a healthy task that responds', look, (seen) => seen === 'healthy, 200', wait);
    return this;
  }

  /** SIGTERM, and SIGKILL after the definition's stopTimeout, when the exit code would be 137. */
  stop() {
    return this.container.stop(this.#stopTimeoutSeconds);
  }
}

/** The app in it is tests/apps/workshop: mounted, since nothing can be copied into a read-only root. */
export async function startTask(t: TestContext, definition: TaskDefinition, around: Surroundings = {}): Promise<Task> {
  const {
    containerDefinitions: [container],
  } = definition;
  const { healthCheck, stopTimeout = 30, user, secrets = [] } = container;
  const network = await startNetwork(t, definition);
  const openFilesAllowed = Number((await network.exec('sh', '-c', 'ulimit -H -n')).output) || Number.POSITIVE_INFINITY;
  const injected = secrets.map(({ name = '' }) => [name, around.secrets?.[name] ?? 'a secret']);
  const options: Options = {
    network: `container:${network.id}`,
    mounts: { '/app': join(projectRoot, 'tests/apps/workshop') },
    environment: {
      ...environmentOf(definition),
      ...Object.fromEntries(injected),
      ECS_CONTAINER_METADATA_URI_V4: metadataUrl,
    },
    hostConfig: hostConfigOf(definition, around, openFilesAllowed),
    ...(user === undefined ? {} : { user }),
    ...(around.command === undefined ? {} : { command: around.command }),
  };
  if (healthCheck !== undefined) {
    const { command = [], interval = 30, timeout = 5, retries = 3, startPeriod = 0 } = healthCheck;
    const test = command as ['CMD', ...string[]];
    options.healthCheck = {
      test,
      interval: interval * 1e3,
      timeout: timeout * 1e3,
      retries,
      startPeriod: startPeriod * 1e3,
    };
  }
  return new Task(await boot(t, options), network, stopTimeout);
}

function hostConfigOf(definition: TaskDefinition, around: Surroundings, openFilesAllowed: number): HostConfig {
  const {
    containerDefinitions: [{ readonlyRootFilesystem, linuxParameters = {}, ulimits = [], mountPoints = [] }],
  } = definition;
  const { initProcessEnabled, capabilities, tmpfs = [] } = linuxParameters;
  return {
    ReadonlyRootfs: readonlyRootFilesystem ?? false,
    Init: initProcessEnabled ?? false,
    CapDrop: capabilities?.drop ?? [],
    Tmpfs: Object.fromEntries(
      tmpfs.map(({ containerPath = '', size, mountOptions = [] }) => [
        containerPath,
        [...mountOptions, `size=${size}m`].join(','),
      ]),
    ),
    // A volume of Docker's own is like one of Fargate's: empty, root's and 0755, or a copy of the image's folder.
    Mounts: mountPoints.map(({ containerPath = '' }) => ({
      Type: 'volume',
      Source: '',
      Target: containerPath,
      VolumeOptions: { NoCopy: !around.imageDeclaresVolumes, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
    })),
    // Where this machine allows so many; Docker may not raise its own limit.
    Ulimits: ulimits.map(({ name = '', softLimit = 0, hardLimit = 0 }) => ({
      Name: name,
      Soft: Math.min(softLimit, openFilesAllowed),
      Hard: Math.min(hardLimit, openFilesAllowed),
    })),
    ...(around.enforcesSize
      ? { NanoCpus: (Number(definition.cpu) / 1024) * 1e9, Memory: Number(definition.memory) * 1024 ** 2 }
      : {}),
  };
}

const metadataUrl = 'http://127.0.0.1:51679/v4/app';

/**
 * The task's network, which all of its containers share; in it, as on Fargate, the metadata endpoint (there at
 * 169.254.170.2). Its answers are those of AWS's documentation, as far as they are about size: a container without
 * limits of its own shows those of the machine. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 */
async function startNetwork(t: TestContext, { cpu, memory, family }: TaskDefinition): Promise<Container> {
  const { pathname, port } = new URL(metadataUrl);
  const answers = {
    [pathname]: { Name: 'app', Limits: { CPU: 2 } },
    [`${pathname}/task`]: {
      Family: family,
      LaunchType: 'FARGATE',
      Limits: { CPU: Number(cpu) / 1024, Memory: Number(memory) },
    },
  };
  const server = `require('node:http')
    .createServer((request, response) => response.end(JSON.stringify((${JSON.stringify(answers)})[request.url] ?? {})))
    .listen(${port}, '127.0.0.1', () => console.log('the endpoint listens'))`;
  const network = await boot(t, { command: ['node', '--eval', server] });
  await network.printed(/the endpoint listens/);
  return network;
}
