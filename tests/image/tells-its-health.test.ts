// HEALTH_PATH answers 200 when ready and 503 otherwise, from nginx and the primary: never through a busy worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { boot, type Container, serve } from './support/container.ts';

test('/healthz answers while every worker is blocked', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  let blockIsOver = false;
  const blocked = container.get('/block?ms=3000').then(() => {
    blockIsOver = true;
  });
  await container.printed(/loop is blocked/);
  const health = await container.get('/healthz');
  assert.equal(health.status, 200);
  assert.equal(blockIsOver, false, 'the answer came through the worker');
  await blocked;
});

test('it answers to everybody, whatever the user’s own lines refuse: passwords, rules, limits, redirects', async (t) => {
  const snippets: Record<string, Record<string, string>> = {
    'a password': { 'server.d': 'auth_basic "x"; auth_basic_user_file /app/htpasswd;' },
    'a rule': { 'server.d': 'deny all;' },
    'a question to the app': {
      'server.d': 'auth_request /_may; location = /_may { internal; return 403; }',
    },
    'a rate': {
      'http.d': 'limit_req_zone $server_port zone=mine:1m rate=1r/m; limit_req zone=mine;',
    },
    'a redirect': { 'server.d': 'return 301 https://elsewhere.example$request_uri;' },
    'a condition': { 'server.d': 'if ($host != shop.example) { return 444; }' },
    'a number of connections': {
      'http.d': 'limit_conn_zone $server_port zone=mine:1m;',
      'server.d': 'limit_conn mine 1;',
    },
  };
  for (const [what, levels] of Object.entries(snippets)) {
    const files = Object.fromEntries(
      Object.entries(levels).map(([level, text]) => [`/app/nginx/${level}/own.conf`, `${text}\n`]),
    );
    const container = await serve(t, {
      app: 'parrot',
      environment: { WORKERS: '1' },
      files: { ...files, '/app/htpasswd': 'me:$apr1$salt$hash\n' },
    });
    const silent = what === 'a number of connections' ? container.get('/silent').catch(() => undefined) : undefined;
    if (silent !== undefined) await container.printed(/asked, and silent/);
    for (let number = 0; number < 5; number += 1) {
      assert.equal((await container.get('/healthz')).status, 200, what);
    }
    // And it does refuse others.
    const others = [await outcome(container, '/say'), await outcome(container, '/say')];
    assert.ok(
      others.some((status) => status !== 200),
      `${what}: ${others}`,
    );
  }
});

async function outcome(container: Container, path: string): Promise<number | undefined> {
  return (await container.get(path, { redirect: 'manual' }).catch(() => undefined))?.status;
}

test('HEALTH_PATH moves it', async (t) => {
  const container = await serve(t, { environment: { HEALTH_PATH: '/status/ready' }, readyPath: '/status/ready' });
  assert.equal((await container.get('/status/ready')).status, 200);
  assert.equal((await container.get('/healthz')).status, 404);
});

test('it answers 503 while the primary is gone', async (t) => {
  const container = await serve(t, { app: 'workshop' });
  const { exitCode } = await container.exec(
    'sh',
    '-c',
    'kill -STOP "$(cluster status --json | grep -o \'"pid":[0-9]*\' | head -1 | cut -d: -f2)"',
  );
  assert.equal(exitCode, 0);
  assert.equal((await container.get('/healthz')).status, 503);
});

test('Docker’s own health check becomes healthy', async (t) => {
  const container = await serve(t, { app: 'workshop' });
  const status = await until(
    'the first health check',
    () => container.healthStatus(),
    (seen) => seen !== 'starting',
  );
  assert.equal(status, 'healthy');
});

test('the probes of ADMIN_PORT answer while every worker is blocked', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  const blocked = container.get('/block?ms=4000');
  await container.printed(/loop is blocked/);
  assert.deepEqual(await probe(container, '/livez', '/readyz', '/startupz'), {
    '/livez': '200 {"status":"live"}',
    '/readyz': '200 {"status":"ready"}',
    '/startupz': '200 {"status":"started"}',
  });
  assert.equal((await container.exec('health')).exitCode, 0);
  assert.equal((await blocked).status, 200);
});

test('before a worker is ready it is live, but neither started nor ready', async (t) => {
  const container = await boot(t, { app: 'slow-boot', environment: { BOOT_MS: '60000', BOOT_TIMEOUT: '2m' } });
  await container.printed(/booting/);
  await until(
    'an answer of ADMIN_PORT',
    () => container.exec('health'),
    ({ output }) => output !== '',
  );
  assert.deepEqual(await probe(container, '/livez', '/readyz', '/startupz'), {
    '/livez': '200 {"status":"live"}',
    '/readyz': '503 {"status":"starting"}',
    '/startupz': '503 {"status":"starting"}',
  });
});

test('it is neither live nor ready when nginx does not answer, nor ready once it was asked to stop', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { DRAIN_DELAY: '5s', STOP_TIMEOUT: '9s' } });
  await container.exec('sh', '-c', 'kill -STOP "-$(cat /run/nginx/nginx.pid)"');
  assert.deepEqual(await probe(container, '/livez', '/readyz'), {
    '/livez': '503 {"status":"nginx does not answer"}',
    '/readyz': '503 {"status":"nginx does not answer"}',
  });
  await container.exec('sh', '-c', 'kill -CONT "-$(cat /run/nginx/nginx.pid)"');
  const stopped = container.stop(15);
  await container.printed(/not ready any more/);
  assert.deepEqual(await probe(container, '/livez', '/readyz'), {
    '/livez': '200 {"status":"live"}',
    '/readyz': '503 {"status":"draining"}',
  });
  assert.equal((await stopped).exitCode, 0);
});

test('the app’s own `ready` has a say', async (t) => {
  const main = `let isReady = false;
export const ready = async () => isReady;
export default async function app(app) {
  app.get('/ready', async () => (isReady = true));
}
`;
  const container = await boot(t, { files: { '/app/main.mjs': main }, environment: { WORKERS: '1' } });
  await container.printed(/started in [\d.]+ s, and listens on port 8080: /);
  assert.equal((await probe(container, '/readyz'))['/readyz'], `503 {"status":"the app's own \`ready\` says no"}`);
  await container.ready('/ready');
  await container.ready('/healthz');
});

test('ADMIN_PORT=off opens none, and the image’s health check asks nginx', async (t) => {
  const container = await serve(t, { environment: { ADMIN_PORT: 'off' } });
  assert.match((await probe(container, '/livez'))['/livez'] ?? '', /fetch failed/);
  const { exitCode, output } = await container.exec('health');
  assert.equal(exitCode, 0);
  assert.equal(output.trim(), '/healthz 200');
});

test('… and speaks the PROXY protocol where nginx expects it', async (t) => {
  const container = await boot(t, {
    environment: { ADMIN_PORT: 'off', PROXY_PROTOCOL: 'on', TRUSTED_PROXIES: 'private' },
  });
  await container.printed(/started in/);
  const { output } = await until(
    'health',
    () => container.exec('health'),
    ({ exitCode }) => exitCode === 0,
  );
  assert.equal(output.trim(), '/healthz 200');
  assert.equal((await container.exec('cluster', 'health')).exitCode, 0);
});

/** Asks from inside of the container. @returns code and body by path */
async function probe(container: Container, ...paths: string[]): Promise<Record<string, string>> {
  const script = `const paths = ${JSON.stringify(paths)};
const ask = async (path) => { const r = await fetch('http://127.0.0.1:9000' + path); return r.status + ' ' + await r.text(); };
console.log(JSON.stringify(Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await ask(path).catch(String)])))));`;
  return JSON.parse((await container.exec('node', '--input-type=module', '-e', script)).output);
}
