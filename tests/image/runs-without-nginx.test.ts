// NGINX=off: the workers answer on PORT themselves, with the same start, reload, stop and self-healing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, runToItsEnd, serve } from './support/container.ts';
import { firstResponse } from './support/first-response.ts';
import { Load } from './support/load.ts';
import { pidsOf, servePool, signal, untilStatus } from './support/workers.ts';

const environment = { NGINX: 'off' };

test('no request is lost in a reload, and no process of nginx runs', async (t) => {
  const container = await servePool(t, '2', {
    environment: { ...environment, RELOAD_SETTLE: '0' },
    readyPath: '/echo',
  });
  const load = new Load(container).start(t);
  for (let reload = 0; reload < 3; reload += 1) {
    const { exitCode, output } = await container.exec('cluster', 'reload');
    assert.equal(exitCode, 0, output);
  }
  const { requests, failures, byPid } = await load.stop();
  assert.deepEqual(failures, []);
  assert.ok(requests > 200, `only ${requests} requests`);
  assert.ok(byPid.size >= 4, `only ${byPid.size} workers were asked`);
  const { output: processes } = await container.exec('sh', '-c', 'cat /proc/[0-9]*/comm');
  assert.match(processes, /^s6-svscan$/m);
  assert.doesNotMatch(processes, /nginx/);
  assert.equal((await container.exec('health')).exitCode, 0);
  assert.equal((await container.exec('cluster', 'health')).exitCode, 0);
});

test('a worker that is killed is replaced; what comes meanwhile waits', async (t) => {
  const container = await servePool(t, '1', { environment, readyPath: '/echo' });
  const [pid] = pidsOf(await untilStatus(container, (status) => pidsOf(status).length === 1));
  await signal(container, 'KILL', pid);
  await container.printed(/crashed, was killed by SIGKILL/);
  assert.equal((await container.get('/echo')).status, 200);
});

test('a request in flight is finished at a stop, and the app is told who asks by the connection alone', async (t) => {
  const main = `export default async function app(app) {
  app.get('/who', async (request) => ({ ip: request.ip, url: request.url }));
  app.get('/slow', async () => { console.log('slow began'); await new Promise((resolve) => setTimeout(resolve, 1500)); return 'done'; });
}
`;
  const container = await serve(t, { files: { '/app/main.mjs': main }, environment, readyPath: '/who' });
  const claim = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
  const { ip } = (await (await container.get('/who', { headers: claim })).json()) as { ip: string };
  assert.match(ip, /^(::ffff:)?\d+\.\d+\.\d+\.\d+$/);
  assert.notEqual(ip, '203.0.113.7');
  const slow = container.get('/slow');
  await container.printed(/slow began/);
  const [response, end] = await Promise.all([slow, container.stop()]);
  assert.equal(await response.text(), 'done');
  assert.equal(end.exitCode, 0);
});

test('a second signal hastens: requests in flight get one more second', async (t) => {
  const container = await servePool(t, '1', {
    environment: { ...environment, STOP_TIMEOUT: '50s' },
    readyPath: '/echo',
  });
  const slow = container.get('/slow?ms=60000').catch(() => undefined);
  await untilStatus(container, ({ workers }) => workers.some(({ inFlight }) => inFlight > 0));
  await container.signal('SIGTERM');
  await untilStatus(container, ({ leaving }) => leaving.some(({ state }) => state === 'draining'));
  await container.signal('SIGTERM');
  const { exitCode, output } = await container.end();
  assert.equal(exitCode, 0);
  const [, seconds] = /stopped in ([\d.]+) s/.exec(output) ?? [];
  assert.ok(Number(seconds) < 15, output);
  await slow;
});

test('the port opens when a worker is ready, not before', async (t) => {
  const container = await boot(t, { app: 'slow-boot', environment: { ...environment, BOOT_MS: '2000' } });
  await container.printed(/booting/);
  const { errors, status } = await firstResponse(container);
  assert.deepEqual(Object.keys(errors), ['ECONNREFUSED'], 'the port was open before the app listened');
  assert.equal(status, 200);
});

test('what only nginx could do is refused with the words to change', async (t) => {
  const { exitCode, output } = await runToItsEnd(t, {
    environment: { ...environment, STATIC_PATH: '/app', ADMIN_PORT: 'off' },
  });
  assert.equal(exitCode, 78);
  assert.match(output, /STATIC_PATH is a setting of nginx, and NGINX=off\. Leave one of them out\./);
  assert.match(output, /NGINX=off needs ADMIN_PORT/);
});
