// Requests for a worker that is busy wait for it: none is refused, however many come at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { openConnections } from './support/connections.ts';
import { servePool } from './support/workers.ts';

const connections = 800;

const variants: Record<string, Record<string, string>> = {
  'a worker': {},
  // There nginx has no other place to send them when the worker's own queue is full.
  'a worker of a client’s own': { STICKY_SESSIONS: 'ip' },
};

for (const [name, environment] of Object.entries(variants)) {
  test(`${connections} connections at once on ${name} that is blocked for 4 s are all answered`, async (t) => {
    const container = await servePool(t, '1', { app: 'workshop', environment });
    let isBlocked = true;
    const blocked = container.get('/block?ms=4000').then(({ status }) => {
      isBlocked = false;
      return status;
    });
    await container.printed(/loop is blocked/);
    const burst = Array.from({ length: connections }, async () => {
      const response = await container.get('/echo', { method: 'POST', body: 'x' });
      return `${response.status} ${await response.text()}`;
    });
    const all = (open: number) => open >= connections;
    await until(`${connections} connections`, () => openConnections(container), all, { withinMs: 4000 });
    assert.ok(isBlocked, 'the worker could answer some before the others came');
    assert.deepEqual([...new Set(await Promise.all(burst))], ['200 x']);
    assert.equal(await blocked, 200);
  });
}
