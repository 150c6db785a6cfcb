// `cluster maintenance on`: every request gets 503 with Retry-After, except health checks, until `cluster maintenance off`.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Container, runToItsEnd, serve } from './support/container.ts';
import { get } from './support/raw.ts';

const app = join(import.meta.dirname, '../apps/workshop');
const readOnly = {
  mounts: { '/app': app },
  readOnly: true,
  tmpfs: { '/run': 'exec', '/tmp': '' },
  dropCapabilities: true,
} as const;

test('on and off, on a read-only root; it survives reloads of nginx and of workers, and health stays good', async (t) => {
  const container = await serve(t, { environment: { WORKERS: '1', RELOAD_SETTLE: '0' }, ...readOnly });
  assert.match(await run(container, 'on'), /^maintenance is on: all requests but health checks get 503$/);
  const json = await get(container, '/worker');
  assert.deepEqual(
    { ...JSON.parse(json.body), requestId: '' },
    { status: 503, error: 'Down for maintenance', requestId: '' },
  );
  assert.equal(json.headers['retry-after'], '300');
  assert.equal(json.headers['x-frame-options'], 'SAMEORIGIN');
  assert.match((await get(container, '/', { accept: 'text/html' })).body, /<h1>Down for maintenance<\/h1>/);
  for (const path of ['/.git', '/any.js', '//', '/healthz/more']) {
    assert.equal((await get(container, path)).status, 503, path);
  }
  assert.equal((await container.get('/worker', { method: 'POST', body: 'a body' })).status, 503);

  const isKept = async () => {
    assert.equal((await get(container, '/worker')).status, 503);
    const health = await get(container, '/healthz');
    assert.equal(health.status, 200);
    assert.equal(health.headers['retry-after'], undefined);
    assert.equal((await container.exec('health')).exitCode, 0);
    assert.match((await container.exec('cluster', 'status')).output, /^ready, in maintenance, /);
  };
  await isKept();
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  await isKept();
  await container.exec('sh', '-c', 'kill -HUP "$(cat /run/nginx/nginx.pid)"');
  await isKept();
  await container.exec('sh', '-c', 'kill -KILL "$(cat /run/nginx/nginx.pid)"');
  await container.ready('/healthz');
  await isKept();

  assert.match(await run(container), /^maintenance is on/);
  assert.match(await run(container, 'off'), /^maintenance is off$/);
  await container.ready('/worker');
  assert.equal((await container.exec('cluster', 'maintenance', 'perhaps')).exitCode, 2);
});

test('MAINTENANCE=on: from the start, until it is switched off; a restart is in maintenance again', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1', MAINTENANCE: 'on' } });
  await container.printed(/warning: MAINTENANCE=on: all requests but health checks get 503/);
  assert.equal((await get(container, '/worker')).status, 503);
  await run(container, 'off');
  await container.ready('/worker');
  await container.restart();
  await container.ready('/worker', 503);
});

test('without nginx it is refused, since nobody would obey', async (t) => {
  const container = await serve(t, {
    app: 'workshop',
    environment: { NGINX: 'off', WORKERS: '1' },
    readyPath: '/worker',
  });
  const { exitCode, output } = await container.exec('cluster', 'maintenance', 'on');
  assert.equal(exitCode, 1);
  assert.match(output, /^cluster maintenance: nginx refuses the requests, and NGINX=off\./);
  const started = await runToItsEnd(t, { app: 'workshop', environment: { NGINX: 'off', MAINTENANCE: 'on' } });
  assert.equal(started.exitCode, 78);
});

/** @returns what `cluster maintenance` says */
async function run(container: Container, ...state: string[]): Promise<string> {
  const { exitCode, output } = await container.exec('cluster', 'maintenance', ...state);
  assert.equal(exitCode, 0, output);
  return output.trim();
}
