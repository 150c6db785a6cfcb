// A worker, nginx or the primary that dies once is replaced while the rest goes on serving.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineSignal, defaultDeadlineMs, until } from '../support/deadline.ts';
import { type Container, serve } from './support/container.ts';
import { untilStatus } from './support/workers.ts';

test('a worker that crashes is replaced', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  const { pid, worker } = (await (await container.get('/crash')).json()) as { pid: number; worker: number };
  await container.printed(
    new RegExp(`worker ${worker} \\(pid ${pid}\\) crashed, exited with code 9, after .*; replaced in`),
  );
  await container.printed(new RegExp(`worker ${worker} \\(pid (?!${pid}\\))\\d+\\) is ready`));
  assert.equal((await container.get('/worker')).status, 200);
});

test('nginx that is killed is back, and no worker was touched', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  const before = await pidOfWorker(container);
  await container.exec('sh', '-c', 'kill -9 "$(cat /run/nginx/nginx.pid)"');
  await container.printed(/nginx was killed by signal 9; restarting it/);
  await container.ready();
  assert.equal(await pidOfWorker(container), before);
});

test('a primary that is killed is back, and leaves no worker behind', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  const before = await pidOfWorker(container);
  await container.exec(
    'sh',
    '-c',
    'kill -9 "$(cluster status --json | grep -o \'"pid":[0-9]*\' | head -1 | cut -d: -f2)"',
  );
  await container.printed(/app was killed by signal 9; restarting it/);
  await container.ready();
  assert.notEqual(await pidOfWorker(container), before);
  const { exitCode } = await container.exec('test', '-d', `/proc/${before}`);
  assert.equal(exitCode, 1, 'the old worker still runs');
});

test('an app that crashes again and again ends the container with its code', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  let ended = false;
  const end = container.end().finally(() => {
    ended = true;
  });
  const crash = async () => {
    await container.get('/crash').catch(() => undefined);
    return ended;
  };
  await until('the end of the container', crash, Boolean, { everyMs: 20 });
  const { exitCode, lastLine } = await end;
  assert.equal(exitCode, 9);
  assert.match(lastLine, /app\/main\.ts: the app crashed again and again and exited with code 9/);
});

async function pidOfWorker(container: Container): Promise<number> {
  return ((await (await container.get('/worker')).json()) as { pid: number }).pid;
}

test('a crash loop of one slot, behind which others serve, is visible in /readyz and in the status', async (t) => {
  const main = `
require('node:http').createServer((request, response) => response.end('served')).listen(3000);
if (process.env.NODE_APP_INSTANCE === '1') setTimeout(() => process.exit(7), 500);
`;
  const container = await serve(t, {
    files: { '/app/main.cjs': main },
    environment: { WORKERS: '2' },
    ports: [9000],
  });
  const { workers } = await untilStatus(container, ({ workers }) => (workers[1]?.failuresInARow ?? 0) >= 3);
  assert.equal(workers[1]?.lastExit?.code, 7);
  const signal = deadlineSignal(defaultDeadlineMs, 'the response to /readyz');
  const response = await fetch(`http://127.0.0.1:${container.port(9000)}/readyz`, { signal });
  assert.equal(response.status, 200);
  const { status, failing } = (await response.json()) as { status: string; failing: string[] };
  assert.equal(status, 'ready');
  assert.match(failing.join(), /^slot 1: \d+ failures in a row, the last one: crashed, code 7$/);
  // The public port does not tell what exits how.
  assert.deepEqual(await (await container.get('/healthz')).json(), { status: 'ready' });
});
