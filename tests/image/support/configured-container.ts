// What testcontainers has no words for.
import type { HostConfig } from 'dockerode';
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  type WaitStrategy,
} from 'testcontainers';
import { defaultDeadlineMs, dockerDeadlineMs, until, within } from '../../support/deadline.ts';

/** A container with anything that Docker's API takes as its host configuration; it is up when it was started. */
export class ConfiguredContainer extends GenericContainer {
  readonly #hostConfig: HostConfig;
  readonly #created: string[] = [];

  constructor(image: string, hostConfig: HostConfig) {
    super(image);
    this.#hostConfig = hostConfig;
    this.withWaitStrategy(noWait);
  }

  protected override async beforeContainerCreated(): Promise<void> {
    Object.assign(this.hostConfig, this.#hostConfig);
  }

  protected override async containerCreated(containerId: string): Promise<void> {
    this.#created.push(containerId);
  }

  /**
   * Docker may choose a port that clients of another test have just used themselves, and so may its neighbours be, which
   * Docker tries next: it is asked again, for as long as the kernel keeps such ports (60 s, TIME_WAIT).
   */
  startOnFreePort(): Promise<StartedTestContainer> {
    const start = () =>
      this.start().catch((error: Error) => {
        if (!String(error).includes('address already in use')) throw error;
        return error;
      });
    const isStarted = (seen: StartedTestContainer | Error): seen is StartedTestContainer => !(seen instanceof Error);
    return until('a container on a free port', start, isStarted, { withinMs: 90_000, everyMs: 1000 });
  }

  /** Removes what it created, also where start() failed half way. */
  async removeAll(): Promise<void> {
    const client = await getContainerRuntimeClient();
    for (const id of this.#created) {
      await within(dockerDeadlineMs, 'docker rm', client.container.getById(id).remove({ force: true, v: true }));
    }
  }
}

/** Returns as soon as the container was started. */
const noWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => noWait,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => defaultDeadlineMs,
};
