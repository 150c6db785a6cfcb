// The life of listening sockets: whichever HTTP server of the app listens now is served. Where none does, the worker is not
// ready, requests wait, and nobody gets a 502.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/deadline.ts';
import { type Container, type Options, serve } from './support/container.ts';
import { pidsOf, readyWorkers, statusOf, untilStatus } from './support/workers.ts';

/** Told by GET /<order> of whichever server answers, or by SIGWINCH: SIGWINCH closes the server, or listens again. */
const app = `
const http = require('node:http');
let round = 0, server;
function open() {
  round += 1;
  const name = 'server ' + round;
  server = http.createServer((request, response) => {
    let length = 0;
    request.on('data', (chunk) => { length += chunk.length; });
    request.on('end', () => response.end(JSON.stringify({ name, length, worker: process.env.NODE_APP_INSTANCE })));
  });
  server.listen(Number(process.env.APP_LISTENS_ON));
}
open();
// As a pool of database connections would: without it, Node ends when its server is closed.
setInterval(() => {}, 60_000);
process.on('SIGWINCH', () => {
  if (server.listening) server.close();
  else open();
});
`;

const cases: Record<string, Options> = {
  'one worker': { environment: { WORKERS: '1', APP_LISTENS_ON: '3000' } },
  'two workers': { environment: { WORKERS: '2', APP_LISTENS_ON: '3000' } },
  'eight workers, on PORT': { environment: { WORKERS: '8', APP_LISTENS_ON: '8080' } },
  'NGINX=off and two workers': {
    environment: { WORKERS: '2', APP_LISTENS_ON: '3000', NGINX: 'off' },
    readyPath: '/',
  },
};

for (const [name, options] of Object.entries(cases)) {
  test(`${name}: a server that was closed is replaced by the next one, and what comes meanwhile waits for it`, async (t) => {
    const container = await serve(t, { files: { '/app/main.cjs': app }, ...options });
    const { target } = await statusOf(container);
    const ready = await untilStatus(container, (status) => readyWorkers(status).length === target);
    for (let round = 2; round <= 3; round += 1) {
      await signalWorkers(container, pidsOf(ready));
      const closed = await untilStatus(container, ({ workers }) => workers.every(({ state }) => state === 'closed'));
      assert.equal(closed.ready, false);
      if (options.environment?.NGINX !== 'off') assert.equal((await container.get('/healthz')).status, 503);
      const waiting = Array.from({ length: 10 }, (_, index) => answerOf(container, index % 2 === 0 ? 'GET' : 'POST'));
      await sleep(200);
      const reopenedAt = Date.now();
      await signalWorkers(container, pidsOf(ready));
      for (const answer of await Promise.all(waiting)) assert.equal(answer.name, `server ${round}`);
      assert.ok(Date.now() - reopenedAt < 5000, 'listening again takes a second, and a busy machine some more');
      const again = await untilStatus(container, (status) => readyWorkers(status).length === target);
      assert.deepEqual(pidsOf(again), pidsOf(ready), 'no worker was replaced');
      assert.equal((await answerOf(container, 'GET')).name, `server ${round}`);
    }
  });
}

test('a closed server in one of two workers costs no request, and a reload mends it', async (t) => {
  const container = await serve(t, {
    files: { '/app/main.cjs': app },
    environment: { WORKERS: '2', APP_LISTENS_ON: '3000' },
  });
  const before = await untilStatus(container, (status) => readyWorkers(status).length === 2);
  await signalWorkers(container, pidsOf(before).slice(0, 1));
  await untilStatus(container, ({ workers }) => workers.some(({ state }) => state === 'closed'));
  const answers = await Promise.all(Array.from({ length: 40 }, () => answerOf(container, 'POST')));
  assert.deepEqual([...new Set(answers.map(({ worker }) => worker))], ['1']);
  assert.equal((await container.get('/healthz')).status, 200);

  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  const after = await untilStatus(container, (status) => readyWorkers(status).length === 2);
  assert.ok(pidsOf(after).every((pid) => !pidsOf(before).includes(pid)));
});

test('a “starting” server that is followed by the app’s on the same port is no 502, with two workers', async (t) => {
  const main = `
const http = require('node:http');
const starting = http.createServer((req, res) => res.writeHead(503).end('starting')).listen(3000);
setTimeout(() => {
  starting.close(() => http.createServer((req, res) => res.end('the app')).listen(3000));
  starting.closeAllConnections();
}, 2000);
`;
  const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '2' } });
  const seen = new Set<string>();
  let inARow = 0;
  const look = async () => {
    const response = await container.get('/');
    const text = await response.text();
    seen.add(`${response.status} ${text}`);
    inARow = text === 'the app' ? inARow + 1 : 0;
    return { inARow, seen };
  };
  await until('50 responses of the app in a row', look, () => inARow >= 50, { withinMs: 30_000, everyMs: 20 });
  assert.deepEqual(
    [...seen].filter((each) => each !== '503 starting' && each !== '200 the app'),
    [],
  );
});

test('an app that closes its server and does not listen again is replaced, and said so', async (t) => {
  const container = await serve(t, {
    files: { '/app/main.cjs': app },
    environment: { WORKERS: '2', APP_LISTENS_ON: '3000', BOOT_TIMEOUT: '3' },
  });
  const before = await untilStatus(container, (status) => readyWorkers(status).length === 2);
  await signalWorkers(container, pidsOf(before).slice(0, 1));
  await container.printed(/worker 0 \(pid \d+\): the app has closed its server/);
  await container.printed(/worker 0 \(pid \d+\) was not ready in time/);
  await untilStatus(container, (status) => readyWorkers(status).length === 2);
});

test('cluster.worker.disconnect() has the worker replaced first, and cluster.worker.kill() ends it', async (t) => {
  const main = `
const cluster = require('node:cluster');
require('node:http').createServer((req, res) => {
  res.end(String(process.pid));
  if (req.url === '/disconnect') cluster.worker.disconnect();
  if (req.url === '/kill') setTimeout(() => cluster.worker.kill(), 50);
}).listen(3000);
`;
  const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '1' } });
  const first = await (await container.get('/disconnect')).text();
  const replaced = await untilStatus(
    container,
    (status) => readyWorkers(status).length === 1 && pidsOf(status)[0] !== Number(first),
  );
  await container.printed(/was replaced, as its app had asked/);
  assert.equal(await (await container.get('/kill')).text(), String(pidsOf(replaced)[0]));
  await untilStatus(
    container,
    (status) => readyWorkers(status).length === 1 && pidsOf(status)[0] !== pidsOf(replaced)[0],
  );
});

interface Echo {
  name: string;
  length: number;
  worker: string;
}

async function answerOf(container: Container, method: string): Promise<Echo> {
  const body = method === 'POST' ? 'x'.repeat(50_000) : undefined;
  const response = await container.get('/any', { method, ...(body === undefined ? {} : { body }) });
  assert.equal(response.status, 200);
  const echo = (await response.json()) as Echo;
  assert.equal(echo.length, body?.length ?? 0);
  return echo;
}

async function signalWorkers(container: Container, pids: readonly number[]): Promise<void> {
  const { exitCode, output } = await container.exec('sh', '-c', `kill -WINCH ${pids.join(' ')}`);
  assert.equal(exitCode, 0, output);
}
