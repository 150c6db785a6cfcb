// Which packages keep state that several workers do not share, and when that is said.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { describeState, StateHints } from '../../rootfs/usr/local/lib/cluster/pool/state-hints.ts';
import type { StateInMemory } from '../../rootfs/usr/local/lib/cluster/worker/messages.ts';
import { StateWatch } from '../../rootfs/usr/local/lib/cluster/worker/state-in-memory.ts';

const require = createRequire(import.meta.url);

/** @returns what is told of an app that loads these packages, after it has settled */
function findingsOf(t: TestContext, packages: readonly string[], later: readonly string[] = []): string[] {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: string[] = [];
  const watch = new StateWatch(({ kind, name }) => told.push(`${kind}: ${name}`));
  const see = (name: string) => watch.see(`file:///app/node_modules/.pnpm/x@1/node_modules/${name}/dist/index.js`);
  watch.see('node:http');
  watch.see('file:///app/cron/main.js');
  packages.forEach(see);
  t.mock.timers.tick(60_000);
  watch.begin();
  later.forEach(see);
  t.mock.timers.tick(1000);
  t.mock.timers.reset();
  return told;
}

for (const [kind, name] of [
  ['jobs', 'node-cron'],
  ['jobs', 'cron'],
  ['jobs', 'node-schedule'],
  ['jobs', 'croner'],
  ['jobs', 'toad-scheduler'],
  ['jobs', 'bree'],
  ['sessions', 'memorystore'],
  ['sessions', 'session-memory-store'],
  ['rooms', 'socket.io'],
  ['rooms', 'sockjs'],
  ['rooms', '@hocuspocus/server'],
  ['rooms', '@colyseus/core'],
  ['limits', 'express-rate-limit'],
  ['limits', '@fastify/rate-limit'],
  ['limits', '@nestjs/throttler'],
] as const) {
  test(`${name} keeps ${kind} in memory`, (t) => {
    assert.deepEqual(findingsOf(t, ['express', name]), [`${kind}: ${name}`]);
    t.mock.timers.reset();
    assert.deepEqual(findingsOf(t, ['express'], [name, name]), [`${kind}: ${name}`]);
  });
}

for (const packages of [
  ['express', 'cron-parser', 'lru-cache', 'agenda', 'bullmq', 'ioredis', '@socket.io/component-emitter', 'ws'],
  ['socket.io', '@socket.io/redis-adapter'],
  ['socket.io', 'socket.io-redis'],
  ['express-rate-limit', 'redis'],
  ['@nestjs/throttler', '@nest-lab/throttler-storage-redis'],
  ['@hocuspocus/server', '@hocuspocus/extension-redis'],
  ['@colyseus/core', '@colyseus/redis-presence'],
  ['express-session', '@fastify/session'],
]) {
  test(`${packages.join(', ')}: nothing to say`, (t) => assert.deepEqual(findingsOf(t, packages), []));
}

test('express-session’s own store is told of when it is used, and works as before', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: StateInMemory[] = [];
  const watch = new StateWatch((found) => told.push(found));
  const file = write(
    t,
    'express-session/session/memory.js',
    'module.exports = class { get(id) { return "got " + id } };',
  );
  watch.see(pathToFileURL(file).href);
  const MemoryStore = require(file);
  const original = MemoryStore.prototype.get;
  watch.begin();
  t.mock.timers.tick(1000);
  assert.deepEqual(told, []);
  assert.equal(new MemoryStore().get(1), 'got 1');
  assert.equal(new MemoryStore().get(2), 'got 2');
  assert.deepEqual(told, [{ kind: 'sessions', name: 'express-session' }]);
  assert.equal(MemoryStore.prototype.get, original);
});

test('a session that engine.io does not know is told of once, and refused as before', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: StateInMemory[] = [];
  const watch = new StateWatch((found) => told.push(found));
  const source =
    'exports.BaseServer = class { verify(request, isUpgrade, done) { return done(request.code, { sid: 1 }) } };';
  const file = write(t, 'engine.io/build/server.js', source);
  watch.see(pathToFileURL(file).href);
  const { BaseServer } = require(file);
  watch.begin();
  t.mock.timers.tick(1000);
  const verify = (code?: number) =>
    new BaseServer().verify({ code }, false, (code: unknown, context: unknown) => [code, context]);
  assert.deepEqual(verify(), [undefined, { sid: 1 }]);
  assert.deepEqual(verify(3), [3, { sid: 1 }]);
  assert.deepEqual(told, []);
  assert.deepEqual(verify(1), [1, { sid: 1 }]);
  assert.deepEqual(verify(1), [1, { sid: 1 }]);
  assert.deepEqual(told, [{ kind: 'polling', name: 'engine.io' }]);
});

/** @returns what is written when these slots have told of these findings, in this order */
function linesOf(t: TestContext, findings: readonly (readonly [number, StateInMemory])[], isSticky = false): string[] {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: string[] = [];
  const hints = new StateHints({
    workers: 4,
    isSticky,
    log: (text) => lines.push(`info: ${text}`),
    logWarning: (text) => lines.push(`warning: ${text}`),
  });
  for (const [slot, found] of findings) hints.add(slot, found);
  t.mock.timers.tick(1000);
  t.mock.timers.reset();
  return lines.map((line) => line.split('. Each of 4 workers')[0] ?? '');
}

const jobs = { kind: 'jobs', name: 'croner' } as const;
const sessions = { kind: 'sessions', name: 'express-session' } as const;
const limits = { kind: 'limits', name: 'express-rate-limit' } as const;
const polling = { kind: 'polling', name: 'engine.io' } as const;

test('it is said when two workers have the same, once, and together', (t) => {
  assert.deepEqual(
    linesOf(t, [
      [0, jobs],
      [0, jobs],
      [1, sessions],
    ]),
    [],
  );
  const all = [
    [0, jobs],
    [0, sessions],
    [1, jobs],
    [2, sessions],
    [3, jobs],
    [3, sessions],
    [0, jobs],
  ] as const;
  assert.deepEqual(linesOf(t, all), ['warning: state in memory: scheduled jobs (croner); sessions (express-session)']);
  assert.deepEqual(
    linesOf(t, [
      [0, limits],
      [1, limits],
    ]),
    ['info: state in memory: rate limits (express-rate-limit)'],
  );
  assert.equal(
    linesOf(t, [
      [2, polling],
      [2, polling],
    ]).length,
    1,
  );
});

test('sticky sessions are a way out for all but jobs and rooms', (t) => {
  const all = [sessions, limits, polling, jobs].flatMap((found) => [[0, found] as const, [1, found] as const]);
  assert.deepEqual(linesOf(t, all, true), ['warning: state in memory: scheduled jobs (croner)']);
});

test('the line has the three ways out, and how to silence it', () => {
  const line = describeState([jobs], 2);
  for (const way of ['WORKERS=1', 'Redis', 'STICKY_SESSIONS=cookie', 'WORKER_HINTS=off'])
    assert.ok(line.includes(way), way);
  assert.doesNotMatch(line, /\n/);
});

function write(t: TestContext, path: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'node_modules', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
