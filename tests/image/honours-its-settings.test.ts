// What is set takes effect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, serve } from './support/container.ts';
import { get } from './support/raw.ts';

const who = `export default async function app(app) {
  app.get('/who', async (request) => ({ ip: request.ip, protocol: request.protocol, args: process.argv.slice(2) }));
  app.get('/heap', async () => (await import('node:v8')).getHeapStatistics().heap_size_limit / 1024 ** 2);
  app.get('/silent', () => new Promise(() => {}));
  app.post('/upload', async (request) => request.body.length);
}
`;
const files = { '/app/main.mjs': who };

test('NGINX_MAX_UPLOAD: a larger body is answered 413, one of that size gets through', async (t) => {
  const container = await serve(t, { files, environment: { NGINX_MAX_UPLOAD: '2k' } });
  const post = (length: number) =>
    container.get('/upload', { method: 'POST', body: 'a'.repeat(length), headers: { 'content-type': 'text/plain' } });
  assert.equal(await (await post(2048)).text(), '2048');
  assert.equal((await post(2049)).status, 413);
});

test('REQUEST_TIMEOUT: a silent app is answered for with 504', async (t) => {
  const container = await serve(t, { files, environment: { REQUEST_TIMEOUT: '1s' } });
  assert.equal((await container.get('/silent')).status, 504);
});

test('TRUSTED_PROXIES: without it a client cannot claim to be another; with it its proxy may say who it is', async (t) => {
  const claim = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7', 'x-forwarded-proto': 'https' };
  const distrusting = await serve(t, { files });
  const own = (await (await distrusting.get('/who', { headers: claim })).json()) as { ip: string; protocol: string };
  assert.notEqual(own.ip, '203.0.113.7');
  assert.equal(own.protocol, 'http');
  const trusting = await serve(t, { files, environment: { TRUSTED_PROXIES: 'private' } });
  const told = (await (await trusting.get('/who', { headers: claim })).json()) as { ip: string; protocol: string };
  // The last one that is not a trusted proxy: what stands before it is the client's own claim.
  assert.equal(told.ip, '203.0.113.7');
  assert.equal(told.protocol, 'https');
  const throughTwo = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7, 10.1.2.3', 'x-forwarded-proto': 'ftp' };
  const two = (await (await trusting.get('/who', { headers: throughTwo })).json()) as { ip: string; protocol: string };
  assert.equal(two.ip, '203.0.113.7');
  assert.equal(two.protocol, 'http');
});

test('ACCESS_LOG=off prints no line for a request; LOG_LEVEL=warn none about what goes well', async (t) => {
  const container = await serve(t, { files, environment: { ACCESS_LOG: 'off', LOG_LEVEL: 'warn', WOKRERS: '1' } });
  await container.get('/who');
  const { exitCode, output } = await container.stop();
  assert.equal(exitCode, 0);
  assert.match(output, /^\[cluster\] warning: WOKRERS[^\n]*$/);
});

test('NGINX_WORKER_PROCESSES, WORKERS and the container’s limits decide how many processes run', async (t) => {
  const container = await serve(t, {
    app: 'workshop',
    environment: { NGINX_WORKER_PROCESSES: '3' },
    limits: { cpus: 1, memoryMb: 512 },
  });
  const { output } = await container.exec('sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "');
  assert.equal(output.match(/nginx: worker process/g)?.length, 3);
  assert.equal(JSON.parse((await container.exec('cluster', 'status', '--json')).output).workers.length, 1);
});

test('a worker’s heap is its part of the container’s memory, unless NODE_OPTIONS says otherwise', async (t) => {
  const limits = { memoryMb: 600 };
  const environment = { WORKERS: '2' };
  const planned = await serve(t, { files, environment, limits });
  const heap = Number(await (await planned.get('/heap')).text());
  // (600 - 80) / 2 * 0.7 = 182 of old space, and the young generation of three semi-spaces of 16.
  assert.ok(heap >= 182 && heap <= 182 + 3 * 16 + 4, String(heap));
  const asked = await serve(t, {
    files,
    environment: { ...environment, NODE_OPTIONS: '--max-old-space-size=100' },
    limits,
  });
  const own = Number(await (await asked.get('/heap')).text());
  assert.ok(own >= 100 && own <= 100 + 3 * 16 + 4, String(own));
});

test('an ECS task without container limits is as large as its metadata says', async (t) => {
  const metadata = `import { createServer } from 'node:http';
const limits = { '/v4/task/task': { Limits: { CPU: 0.5, Memory: 1024 } }, '/v4/task': { Limits: { CPU: 2 } } };
export default createServer((request, response) => response.end(JSON.stringify(limits[request.url] ?? {})));
`;
  const endpoint = await serve(t, { files: { '/app/main.mjs': metadata } });
  // In the same network, as a task's containers are.
  const task = await boot(t, {
    files,
    network: `container:${endpoint.id}`,
    environment: { PORT: '8081', ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:8080/v4/task' },
  });
  await task.printed(/1 worker with 944 MB \(heap 661 MB\); nginx: 1 worker/);
  const { output } = await task.exec('cluster', 'config');
  assert.match(output, /^cpus +0\.5 +the ECS task's CPU$/m);
  assert.match(output, /^memory +1024 MB +the ECS task's memory$/m);
});

test('a PATH of the user’s own hides neither the supervisor nor nginx', async (t) => {
  const container = await serve(t, { files, environment: { PATH: '/usr/local/bin:/usr/bin' } });
  assert.equal((await container.get('/who')).status, 200);
});

test('CPU_SCHEDULING: nginx and workers both let each other finish, unless it is normal or there is no nginx', async (t) => {
  const policies = async (environment: Record<string, string>, readyPath = '/healthz') => {
    const container = await serve(t, { files, environment: { WORKERS: '1', ...environment }, readyPath });
    const { output } = await container.exec(
      'sh',
      '-c',
      'for pid in $(ls /proc | grep "^[0-9]*$"); do case "$(cat /proc/$pid/cmdline 2> /dev/null)" in "worker 0"*|"nginx: worker"*) chrt --pid $pid | grep policy;; esac; done',
    );
    return Array.from(output.matchAll(/policy: (\w+)/g), ([, policy]) => policy);
  };
  const batch = await policies({});
  assert.deepEqual([batch.length >= 2, ...new Set(batch)], [true, 'SCHED_BATCH']);
  const normal = await policies({ CPU_SCHEDULING: 'normal' });
  assert.deepEqual([normal.length >= 2, ...new Set(normal)], [true, 'SCHED_OTHER']);
  assert.deepEqual(await policies({ NGINX: 'off' }, '/who'), ['SCHED_OTHER']);
});

test('NGINX_UNDERSCORES_IN_HEADERS=on: header names with `_` and `.` reach the app, which they do not by default', async (t) => {
  for (const [environment, isThere] of [
    [{}, false],
    [{ NGINX_UNDERSCORES_IN_HEADERS: 'on' }, true],
  ] as [Record<string, string>, boolean][]) {
    const container = await serve(t, { app: 'parrot', environment: { WORKERS: '1', ...environment } });
    const sent = { api_key: 'a', 'x.trace': 'b', 'x-plain': 'c', X_Forwarded_For: '6.6.6.6' };
    const { headers, address } = JSON.parse((await get(container, '/who', sent)).body);
    assert.equal(headers['x-plain'], 'c');
    assert.equal(headers.api_key, isThere ? 'a' : undefined);
    assert.equal(headers['x.trace'], isThere ? 'b' : undefined);
    assert.notEqual(address, '6.6.6.6');
  }
});
