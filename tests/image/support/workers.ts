// The workers of a container, as `cluster status --json` tells of them.

import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../../rootfs/usr/local/lib/cluster/primary/admin/server.ts';
import { type Container, type Options, serve } from './container.ts';
import { amount } from './long.ts';

const deadlineMs = amount(60_000, 600_000);

export async function statusOf(container: Container): Promise<Status> {
  return JSON.parse((await container.exec('cluster', 'status', '--json')).output);
}

/** Resolves when the status is as wanted. */
export async function until(
  container: Container,
  isAsWanted: (status: Status) => boolean,
  withinMs = deadlineMs,
): Promise<Status> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(100)) {
    const status = await statusOf(container);
    if (isAsWanted(status)) return status;
  }
  throw new Error(`not as wanted: ${JSON.stringify(await statusOf(container), undefined, 2)}`);
}

/** A container with tests/apps/pool whose workers are all ready. */
export async function servePool(t: TestContext, workers: string, options: Options = {}): Promise<Container> {
  const environment = { WORKERS: workers, ...options.environment };
  const container = await serve(t, { app: 'pool', readyPath: '/healthz', ...options, environment });
  await until(container, ({ workers, target }) => readyWorkers({ workers }).length === target);
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
