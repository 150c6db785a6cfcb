// `cluster reload`: the newest version of the app, worker by worker; a version that does not run leaves the old one as it is.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { onceInTime } from '../support/deadline.ts';
import { buildApp } from './support/build.ts';
import { type Container, serve } from './support/container.ts';
import { listenToEvents } from './support/events.ts';
import { buildFramework } from './support/frameworks.ts';
import { amount } from './support/long.ts';
import { pidsOf, servePool, signal, statusOf, untilStatus } from './support/workers.ts';

/** /app is a link to the current release, as in many deployments. */
async function serveReleases(t: TestContext, environment: Record<string, string> = {}): Promise<Container> {
  const image = await buildApp(
    'releases',
    'USER root',
    'RUN mv /app /releases && ln -s 1 /releases/current && ln -s /releases/current /app && chown -R 1000:0 /releases',
    'USER 1000:0',
  );
  const container = await serve(t, { image, environment: { WORKERS: '2', ...environment } });
  await untilStatus(container, ({ workers }) => workers.every(({ state }) => state === 'ready'));
  return container;
}

async function switchTo(container: Container, release: string): Promise<void> {
  await container.exec('ln', '-sfn', release, '/releases/current');
}

/** Asked often enough to meet every worker. */
async function versions(container: Container): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 12 }, async () => (await container.get('/')).json()));
  return [...new Set(answers.map((answer) => (answer as { version: string }).version))];
}

test('a new release behind the link /app is compiled, and taken over slot by slot', async (t) => {
  const container = await serveReleases(t, { RELOAD_SETTLE: '0' });
  assert.deepEqual(await versions(container), ['1']);
  await switchTo(container, '2');
  assert.deepEqual(await versions(container), ['1']);
  const { exitCode, output } = await container.exec('cluster', 'reload');
  assert.equal(exitCode, 0, output);
  assert.match(
    output,
    /^reload: app\/main\.ts from \/releases\/2\nreload: slot 0, worker \d+ is starting\nreload: slot 0, worker \d+ has taken over \(1 of 2\)\nreload: slot 1, worker \d+ is starting\nreload: slot 1, worker \d+ has taken over \(2 of 2\)\nreload: done, 2 workers replaced\n$/,
  );
  assert.deepEqual(await versions(container), ['2']);
  const { folder } = (await (await container.get('/')).json()) as { folder: string };
  assert.equal(folder, '/releases/2');
});

test('docker kill -s HUP does the same, for a container and for one without nginx', async (t) => {
  for (const environment of [{}, { NGINX: 'off' }]) {
    const container = await servePool(t, '2', {
      environment: { RELOAD_SETTLE: '0', ...environment },
      readyPath: '/echo',
    });
    const before = pidsOf(await statusOf(container));
    await container.signal('SIGHUP');
    await container.printed(/reload: done, 2 workers replaced/);
    assert.ok(pidsOf(await statusOf(container)).every((pid) => !before.includes(pid)));
  }
});

test('a worker that crashes before the reload is followed by one of its own release', async (t) => {
  const container = await serveReleases(t);
  await switchTo(container, '2');
  const [pid = 0] = pidsOf(await statusOf(container));
  await signal(container, 'KILL', pid);
  await container.printed(/worker 0 .* crashed/);
  await untilStatus(container, (status) => pidsOf(status).length === 2 && !pidsOf(status).includes(pid));
  assert.deepEqual(await versions(container), ['1']);
});

test('a release that does not boot: its own error, a code that is not 0, and every old worker untouched', async (t) => {
  const container = await serveReleases(t);
  const before = pidsOf(await statusOf(container));
  await switchTo(container, 'broken');
  const { exitCode, output } = await container.exec('cluster', 'reload');
  assert.equal(exitCode, 1);
  assert.match(
    output,
    /reload stopped, no worker was replaced: app\/main\.ts: the app exited with code 1 before it was ready: Error: no database here\n$/,
  );
  assert.deepEqual(pidsOf(await statusOf(container)), before);
  assert.deepEqual(await versions(container), ['1']);
  await container.printed(/throw new Error\('no database here'\)/);
});

test('a release that does not stay up for RELOAD_SETTLE gives its slot back', async (t) => {
  const container = await serveReleases(t, { RELOAD_SETTLE: '2s' });
  const before = pidsOf(await statusOf(container));
  await switchTo(container, 'dies');
  const { exitCode, output } = await container.exec('cluster', 'reload');
  assert.equal(exitCode, 1);
  assert.match(output, /no worker was replaced: .* was ready, and exited with code 7 within 2 s \(RELOAD_SETTLE\)/);
  assert.deepEqual(pidsOf(await statusOf(container)), before);
  assert.deepEqual(await versions(container), ['1']);
});

test('a release without an app is said so', async (t) => {
  const container = await serveReleases(t);
  await container.exec('mkdir', '/releases/empty');
  await switchTo(container, 'empty');
  const { exitCode, output } = await container.exec('cluster', 'reload');
  assert.equal(exitCode, 78);
  assert.match(
    output,
    /^reload stopped, no worker was replaced: no app found in \/app, but \/releases\/1 has main\.ts\. /,
  );
  assert.deepEqual(await versions(container), ['1']);
});

test('a second reload meanwhile is refused, and Ctrl-C on the first does not stop it', async (t) => {
  const container = await servePool(t, '2', { environment: { RELOAD_SETTLE: '2s' } });
  const before = pidsOf(await statusOf(container));
  const interrupted = container.exec('timeout', '--signal=INT', '2', 'cluster', 'reload');
  await untilStatus(container, ({ isReloading }) => isReloading);
  const second = await container.exec('cluster', 'reload');
  assert.equal(second.exitCode, 1);
  assert.match(second.output, /a reload is under way already/);
  assert.match((await interrupted).output, /reload: slot 0, worker \d+ is starting/);
  const after = await untilStatus(container, ({ isReloading }) => !isReloading);
  assert.deepEqual(
    before.filter((pid) => pidsOf(after).includes(pid)),
    [],
  );
});

test('SIGHUP to the primary does the same, and tells the log', async (t) => {
  const container = await servePool(t, '2', { environment: { RELOAD_SETTLE: '0' } });
  const { pid } = await statusOf(container);
  await signal(container, 'HUP', pid);
  await container.printed(/\[cluster\] reload: slot 1, worker \d+ has taken over \(2 of 2\)\n/);
  await container.printed(/\[cluster\] reload: done, 2 workers replaced\n/);
});

test('a request that is under way is answered by the old worker', async (t) => {
  const container = await servePool(t, '1', { environment: { RELOAD_SETTLE: '0' } });
  const [pid] = pidsOf(await statusOf(container));
  const slow = container.get('/slow?ms=4000', { method: 'POST' });
  await container.exec('cluster', 'reload');
  assert.deepEqual(await (await slow).json(), { worker: 0, pid, version: '1' });
});

test('WORKER_DRAIN_TIMEOUT bounds how long one may take', async (t) => {
  const container = await servePool(t, '1', { environment: { RELOAD_SETTLE: '0', WORKER_DRAIN_TIMEOUT: '2s' } });
  const endless = container.get('/slow?ms=600000', { method: 'POST' });
  await untilStatus(container, ({ workers }) => workers[0]?.inFlight === 1);
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  await container.printed(/was replaced by a reload, was killed by SIGKILL because it took too long/);
  assert.equal((await endless).status, 502);
});

test('WebSockets are closed with 1012, service restart, and are welcome again', async (t) => {
  const container = await serve(t, {
    image: await buildFramework('ws'),
    environment: { WORKERS: '2', RELOAD_SETTLE: '0' },
    readyPath: '/who',
  });
  const open = async () => {
    const socket = new WebSocket(container.url('/chat').replace('http:', 'ws:'));
    await onceInTime(socket, 'open');
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: amount(6, 60) }, open));
  const codes = Promise.all(sockets.map(async (socket) => (await onceInTime(socket, 'close'))[0].code));
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  assert.deepEqual([...new Set(await codes)], [1012]);
  const again = await open();
  again.send('again');
  assert.equal(JSON.parse((await onceInTime(again, 'message'))[0].data).text, 'again');
  again.close();
});

test('server-sent events end in good order, and the client that asks again meets the new worker', async (t) => {
  const container = await servePool(t, '1', { environment: { RELOAD_SETTLE: '0' } });
  const first = await listenToEvents(container);
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  assert.equal(await first.end(), 'complete');
  const second = await listenToEvents(container);
  assert.notEqual(second.pid, first.pid);
  second.close();
});
