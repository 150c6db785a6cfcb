// Workers, nginx and the primary are killed, stopped and blocked, and the disk is filled, under constant load: at the end
// the container is as it was, and each request that failed belongs to a fault.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/deadline.ts';
import type { Container } from './support/container.ts';
import { type Failure, Load } from './support/load.ts';
import { amount } from './support/long.ts';
import { pidsOf, servePool, signal, statusOf, untilStatus } from './support/workers.ts';

const workers = 2;

interface Fault {
  readonly name: string;
  /** Resolves when the fault is over. */
  readonly cause: (container: Container) => Promise<void>;
  /** No request may fail. */
  readonly isHarmless?: boolean;
}

const someWorker = async (container: Container) => {
  const pids = pidsOf(await statusOf(container));
  return pids[Math.floor(Math.random() * pids.length)];
};

/** Resolves when the container prints the text, whether or not it has done so before. */
const printedAgain = (container: Container, text: string) => {
  const from = container.output.length;
  const printed = () => container.output.slice(from);
  return until(`${text} to be printed`, printed, (seen) => seen.includes(text), { everyMs: 100 });
};

const faults: readonly Fault[] = [
  {
    name: 'a worker is killed',
    cause: async (container) => {
      const pid = await someWorker(container);
      await signal(container, 'KILL', pid);
      await container.printed(new RegExp(`pid ${pid}\\) crashed, was killed by SIGKILL`));
    },
  },
  {
    name: 'a worker is stopped (SIGSTOP), which nobody can see but by its silence',
    cause: async (container) => {
      const pid = await someWorker(container);
      await signal(container, 'STOP', pid);
      await container.printed(new RegExp(`pid ${pid}\\) was stalled`));
    },
  },
  {
    name: 'a worker is blocked',
    cause: async (container) => {
      const stalled = printedAgain(container, 'was stalled');
      container.get('/block?ms=60000', { method: 'POST' }).catch(() => undefined);
      await stalled;
    },
  },
  {
    name: 'nginx is killed',
    cause: async (container) => {
      // Until the supervisor has seen it, and has killed nginx's workers too, these go on serving the port.
      const restarting = printedAgain(container, 'nginx was killed by signal 9; restarting it');
      await container.exec('sh', '-c', 'kill -9 "$(cat /run/nginx/nginx.pid)"');
      await restarting;
      await container.ready();
    },
  },
  {
    name: 'nginx is stopped for a second',
    cause: async (container) => {
      // The master and its workers are one process group.
      const { exitCode, output } = await container.exec(
        'sh',
        '-c',
        'nginx="$(cat /run/nginx/nginx.pid)"; kill -STOP "-$nginx" && sleep 1 && kill -CONT "-$nginx"',
      );
      assert.equal(exitCode, 0, output);
    },
    isHarmless: true,
  },
  {
    name: 'the primary is stopped for a second',
    cause: async (container) => {
      const { pid } = await statusOf(container);
      await container.exec('sh', '-c', `kill -STOP ${pid}; sleep 1; kill -CONT ${pid}`);
    },
    isHarmless: true,
  },
  {
    name: 'the primary is killed',
    cause: async (container) => {
      const { pid } = await statusOf(container);
      await signal(container, 'KILL', pid);
      await untilStatus(container, (status) => status.pid !== pid && pidsOf(status).length === workers);
      await container.ready();
    },
  },
  {
    name: '/run is full',
    cause: async (container) => {
      await container.exec('sh', '-c', 'dd if=/dev/zero of=/run/filler bs=1M 2> /dev/null; sleep 1; rm /run/filler');
    },
  },
];

test('every failed request belongs to a fault, and nothing is left behind', async (t) => {
  const container = await servePool(t, String(workers), {
    environment: { WORKER_STALL_TIMEOUT: '2s' },
    tmpfs: { '/run': 'exec,size=48m' },
  });
  const before = await census(container);
  const windows: { name: string; isHarmless: boolean; beganAt: number; endedAt: number }[] = [];
  const failures: Failure[] = [];
  let requests = 0;
  for (let round = 0; round < amount(1, 8); round += 1) {
    const load = new Load(container).start(t);
    for (const { name, cause, isHarmless = false } of shuffled(faults)) {
      await load.next(50);
      const beganAt = performance.now();
      await cause(container);
      await untilStatus(container, (status) => status.ready && pidsOf(status).length === workers);
      windows.push({ name, isHarmless, beganAt, endedAt: performance.now() });
    }
    const outcome = await load.stop();
    failures.push(...outcome.failures);
    requests += outcome.requests;
    // The third death of nginx or of the primary within a minute would end the container, as it should. And the host needs
    // as long to have free again the ports of so many connections.
    if (round + 1 < amount(1, 8)) await sleep(60_000);
  }

  const unexplained = failures.filter(
    ({ beganAt, endedAt }) =>
      !windows.some((window) => !window.isHarmless && beganAt <= window.endedAt && endedAt >= window.beganAt),
  );
  for (const { name, beganAt, endedAt } of windows) {
    const own = failures.filter((failure) => failure.beganAt <= endedAt && failure.endedAt >= beganAt);
    t.diagnostic(`${name}: ${own.length} failed in ${Math.round(endedAt - beganAt)} ms`);
  }
  t.diagnostic(`${requests} requests, ${failures.length} failed`);
  assert.deepEqual(unexplained, []);
  assert.equal((await container.get('/healthz')).status, 200);
  await sleep(1000); // connections of the load are closed
  const after = await census(container);
  assert.equal(after.processes, before.processes, `processes: ${after.list}`);
  assert.ok(
    after.descriptors <= before.descriptors + 10,
    `descriptors: ${before.descriptors} before, ${after.descriptors} after`,
  );
});

/** Processes of the container, and what the primary and nginx's master have open. */
async function census(container: Container): Promise<{ processes: number; descriptors: number; list: string }> {
  const { output: list } = await container.exec(
    'sh',
    '-c',
    'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done',
  );
  const { pid } = await statusOf(container);
  const { output } = await container.exec(
    'sh',
    '-c',
    `ls /proc/${pid}/fd "/proc/$(cat /run/nginx/nginx.pid)/fd" | wc -l`,
  );
  const processes = list.split('\n').filter((line) => /primary|worker|nginx|s6-/.test(line) && !/cmdline/.test(line));
  return { processes: processes.length, descriptors: Number(output), list: processes.join('\n') };
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
