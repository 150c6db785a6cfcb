// An app that keeps state in memory, in several workers: the log says so once, with the ways out.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Container, type Options, serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';

/** Longer than workers and primary gather what is found. */
const gatherMs = 3000;

async function serveWith(t: TestContext, module: string, environment: Record<string, string> = {}): Promise<Container> {
  const image = await buildFramework('state-in-memory');
  const options: Options = { image, environment: { WORKERS: '2', APP_MODULE: module, ...environment } };
  const container = await serve(t, options);
  if (environment.WORKERS !== '1') await container.printed(/worker 1 .* is ready/);
  return container;
}

/** Until each worker has answered. */
async function visitEachWorker(container: Container, workers = 2): Promise<void> {
  const seen = new Set<string>();
  for (let call = 0; call < 200 && seen.size < workers; call += 1) {
    seen.add(((await (await container.get('/')).json()) as { worker: string }).worker);
  }
  assert.equal(seen.size, workers);
}

function hintsOf({ output }: { output: string }): string[] {
  return output.split('\n').filter((line) => line.includes('state in memory'));
}

test('sessions of express-session and jobs of node-cron, each once, whatever comes later', async (t) => {
  const container = await serveWith(t, 'sessions.mjs');
  await container.printed(/state in memory: .*scheduled jobs \(node-cron\)/);
  await visitEachWorker(container);
  await container.printed(/state in memory: .*sessions \(express-session\)/);
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  await visitEachWorker(container);
  await sleep(gatherMs);
  const hints = hintsOf(await container.stop());
  assert.equal(hints.join('\n').match(/node-cron/g)?.length, 1);
  assert.equal(hints.join('\n').match(/express-session/g)?.length, 1);
  for (const hint of hints) {
    assert.match(
      hint,
      /^\[cluster\] warning: state in memory: .* Each of 2 workers has its own\. Ways out: WORKERS=1; a store that all share, such as Redis; STICKY_SESSIONS=cookie .*; WORKER_HINTS=off silences this\.$/,
    );
  }
});

test('sessions of @fastify/session', async (t) => {
  const container = await serveWith(t, 'fastify-session.cjs');
  for (let tries = 0; tries < 20; tries += 1) {
    await visitEachWorker(container);
    await sleep(gatherMs / 10);
  }
  await container.printed(/state in memory: sessions \(@fastify\/session\)/);
});

for (const [name, module, environment] of [
  ['one worker', 'sessions.mjs', { WORKERS: '1' }],
  ['WORKER_HINTS=off', 'sessions.mjs', { WORKER_HINTS: 'off' }],
  ['a session store of its own, a job in the first worker alone', 'elsewhere.cjs', {}],
] as const) {
  test(`${name}: nothing is said, but of rate limits, in a line that is no warning`, async (t) => {
    const container = await serveWith(t, module, environment);
    await sleep(gatherMs);
    await visitEachWorker(container, 'WORKERS' in environment ? 1 : 2);
    await sleep(gatherMs);
    const hints = hintsOf(await container.stop());
    assert.deepEqual(
      hints.map((hint) => hint.split('. ')[0]),
      module === 'elsewhere.cjs' ? ['[cluster] state in memory: rate limits (express-rate-limit)'] : [],
    );
  });
}

test('Socket.IO without an adapter, and long polling that meets a worker without its session', async (t) => {
  const image = await buildFramework('socketio');
  const container = await serve(t, { image, environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .* is ready/);
  await container.printed(/warning: state in memory: rooms and broadcasts \(socket\.io\)/);
  await pollUntilRefused(container);
  await container.printed(/warning: state in memory: long polling, .* \(engine\.io\)\. .*STICKY_SESSIONS=cookie/);
  await pollUntilRefused(container);
  await sleep(gatherMs);
  assert.equal(hintsOf(await container.stop()).length, 2);
});

/** Engine.IO's own words, each request on a connection of its own. */
async function pollUntilRefused(container: Container): Promise<void> {
  const path = '/socket.io/?EIO=4&transport=polling';
  for (let tries = 0; tries < 50; tries += 1) {
    const opened = await (await container.get(path)).text();
    const { sid } = JSON.parse(opened.slice(1));
    const response = await container.get(`${path}&sid=${sid}`, { method: 'POST', body: '40' });
    if (response.status === 400) {
      assert.match(await response.text(), /Session ID unknown/);
      return;
    }
  }
  assert.fail('every request met the worker of its session');
}
