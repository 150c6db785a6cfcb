// The workers of a container, as `cluster status --json` tells of them.
import type { TestContext } from 'node:test';
import type { Status } from '../../../rootfs/usr/local/lib/cluster/primary/admin/server.ts';
import { until } from '../../support/deadline.ts';
import { type Container, type Options, serve } from './container.ts';
import { amount } from './long.ts';

const deadlineMs = amount(60_000, 600_000);

export async function statusOf(container: Container): Promise<Status> {
  const status = await lookAt(container);
  if (typeof status === 'string') throw new Error(status);
  return status;
}

/** Resolves when the status is as wanted. While the primary is started again there is none, which is waited for, too. */
export async function untilStatus(
  container: Container,
  isAsWanted: (status: Status) => boolean,
  withinMs = deadlineMs,
): Promise<Status> {
  const isThere = (seen: Status | string): seen is Status => typeof seen !== 'string' && isAsWanted(seen);
  return until(`a status with ${isAsWanted}`, () => lookAt(container), isThere, { withinMs, everyMs: 100 });
}

/** @returns what is printed in its place where there is none */
async function lookAt(container: Container): Promise<Status | string> {
  const { exitCode, output } = await container.exec('cluster', 'status', '--json');
  return exitCode === 0 ? JSON.parse(output) : output;
}

/** A container with tests/apps/pool whose workers are all ready. */
export async function servePool(t: TestContext, workers: string, options: Options = {}): Promise<Container> {
  const environment = { WORKERS: workers, ...options.environment };
  const container = await serve(t, { app: 'pool', readyPath: '/healthz', ...options, environment });
  await untilStatus(container, ({ workers, target }) => readyWorkers({ workers }).length === target);
  return container;
}

export function readyWorkers({ workers }: Pick<Status, 'workers'>): Status['workers'] {
  return workers.filter(({ state }) => state === 'ready');
}

export function pidsOf(status: Status): number[] {
  return readyWorkers(status).map(({ pid }) => pid ?? 0);
}

/** Sends a signal to one process of the container. */
export async function signal(container: Container, name: string, pid: number | null | undefined): Promise<void> {
  const { exitCode, output } = await container.exec('sh', '-c', `kill -${name} ${pid}`);
  if (exitCode !== 0) throw new Error(output);
}
