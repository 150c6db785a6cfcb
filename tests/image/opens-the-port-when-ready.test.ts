// The port opens when a worker is ready, not before: a client is refused or served, never kept waiting or answered 502.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineSignal, defaultDeadlineMs, until } from '../support/deadline.ts';
import { boot } from './support/container.ts';
import { firstResponse } from './support/first-response.ts';

test('every connection is refused until the first answer is 200', async (t) => {
  const container = await boot(t, { app: 'slow-boot', environment: { BOOT_MS: '2000' } });
  await container.printed(/booting/);
  const { errors, status, waitedMs } = await firstResponse(container);
  assert.deepEqual(Object.keys(errors), ['ECONNREFUSED'], 'the port was open before the app listened');
  assert.equal(status, 200);
  assert.ok(waitedMs < 1000, `the first client that was let in waited for ${waitedMs} ms`);
});

test('who is told “ready” by ADMIN_PORT finds the port open', async (t) => {
  // On a quarter of a CPU nginx takes a while to open its port.
  const container = await boot(t, {
    app: 'workshop',
    environment: { WORKERS: '1' },
    ports: [9000],
    limits: { cpus: 0.25 },
  });
  const url = `http://127.0.0.1:${container.port(9000)}/readyz`;
  const look = async () => {
    const signal = deadlineSignal(defaultDeadlineMs, 'a response of ADMIN_PORT');
    return (await fetch(url, { signal }).catch(() => undefined))?.status;
  };
  await until('ADMIN_PORT to say ready', look, (status) => status === 200, { everyMs: 1 });
  assert.equal((await container.get('/worker')).status, 200);
});
