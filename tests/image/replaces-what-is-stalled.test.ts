// A worker whose event loop does not turn any more loses its slot at once, and is replaced. Only what was inside it is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../../rootfs/usr/local/lib/cluster/primary/admin/server.ts';
import { accessLog } from './support/access-log.ts';
import type { Container } from './support/container.ts';
import { Load } from './support/load.ts';
import { amount } from './support/long.ts';
import { pidsOf, servePool, statusOf, untilStatus } from './support/workers.ts';

const stallTimeout = `${amount(2, 5)}s`;
const environment = { WORKER_STALL_TIMEOUT: stallTimeout, RELOAD_SETTLE: '0' };

test('one of four blocks its loop for 30 s: the requests inside it are the only ones lost', async (t) => {
  const container = await servePool(t, '4', { environment });
  const load = new Load(container).start(t);
  const blocked = block(container);
  const [, slot, pid] = await container.printed(/worker (\d) \(pid (\d+)\) was stalled, was killed by SIGKILL.*/);
  await untilStatus(container, ({ workers }) => workers.every(({ state }) => state === 'ready'));
  const successor = (status: Status) => status.workers[Number(slot)];
  await untilStatus(
    container,
    (status) => successor(status)?.pid !== Number(pid) && (successor(status)?.requests ?? 0) > 0,
  );
  const { failures } = await load.stop();

  assert.equal(await blocked, 502);
  // nginx tells which worker each request was sent to.
  const lost = (await accessLog(container)).filter(({ status }) => status !== 200);
  assert.deepEqual(
    lost.filter(({ path }) => path === '/block').map(({ method }) => method),
    ['POST'],
  );
  assert.deepEqual([...new Set(lost.map((line) => line.slot))], [Number(slot)]);
  assert.equal(failures.length, lost.length - 1, JSON.stringify(failures));
  // What HTTP allows to be sent twice was, to another worker.
  assert.deepEqual(
    [...new Set(failures.map(({ method, what }) => `${method} ${what}`))],
    failures.length > 0 ? ['POST 502'] : [],
  );
  assert.ok(failures.length <= 4, 'more POSTs failed than there were clients that send them');
});

test('the log says where the event loop stood, in the line of its death', async (t) => {
  const container = await servePool(t, '2', { environment });
  block(container);
  await container.printed(
    /worker \d \(pid \d+\) was stalled, was killed by SIGKILL, after \d+ s, \d+ requests, \d+ MB; its event loop stood at blockTheLoop \(\/app\/main\.mjs:\d+:\d+\) < Object\.block \(\/app\/main\.mjs:\d+:\d+\)/,
  );
});

test('one that is blocked in a native call is replaced, too', async (t) => {
  const container = await servePool(t, '2', { environment });
  container.get('/hash', { method: 'POST' }).catch(() => undefined);
  await container.printed(/was stalled, .*; its event loop stood at an unknown place: in a native call, it seems/);
  await untilStatus(container, ({ workers }) => workers.every(({ state }) => state === 'ready'));
});

test('one that answers request after request is not stalled, though its timers do not run for longer', async (t) => {
  const container = await servePool(t, '1', { environment });
  const requests = Array.from({ length: 20 }, () =>
    container.get(`/block?ms=${amount(350, 900)}`, { method: 'POST' }).then(({ status }) => status),
  );
  assert.deepEqual([...new Set(await Promise.all(requests))], [200]);
  assert.doesNotMatch(container.output, /was stalled/);
});

test('a container that was frozen for longer than the timeout kills nobody', async (t) => {
  const container = await servePool(t, '2', { environment });
  const before = pidsOf(await statusOf(container));
  await container.freeze(amount(3500, 8000));
  // Longer than it would take to notice.
  await container.get('/slow?ms=2500');
  assert.deepEqual(pidsOf(await statusOf(container)), before);
});

test('status and health answer while every worker is blocked', async (t) => {
  const container = await servePool(t, '2', { environment: { WORKER_STALL_TIMEOUT: '0' } });
  block(container);
  block(container);
  const status = await untilStatus(container, ({ workers }) =>
    workers.every(({ reportAgeMs }) => (reportAgeMs ?? 0) > 3000),
  );
  assert.deepEqual(
    status.workers.map(({ state }) => state),
    ['ready', 'ready'],
  );
  assert.match((await container.exec('cluster', 'status')).output, /% \(\d+ s ago\)/);
  assert.equal((await container.get('/healthz')).status, 200);
});

/** Blocks a worker's loop for 30 s. @returns the answer's status, or 0 where the connection was closed before */
function block(container: Container): Promise<number> {
  return container.get('/block?ms=30000', { method: 'POST' }).then(
    ({ status }) => status,
    () => 0,
  );
}
