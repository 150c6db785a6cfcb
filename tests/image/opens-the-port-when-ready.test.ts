// The port opens when a worker is ready, not before: a client is refused or served, never kept waiting or answered 502.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { boot } from './support/container.ts';

test('every connection is refused until the first answer is 200', async (t) => {
  const container = await boot(t, { app: 'slow-boot', environment: { BOOT_MS: '2000' } });
  await container.printed(/booting/);
  let refusals = 0;
  let first: Response | undefined;
  while (first === undefined) {
    first = await container.get('/').catch(() => undefined);
    if (first === undefined) refusals += 1;
  }
  assert.equal(first.status, 200);
  assert.ok(refusals > 0, 'the port was open before the app listened');
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
  while ((await fetch(url).catch(() => undefined))?.status !== 200) await sleep(1);
  assert.equal((await container.get('/worker')).status, 200);
});
