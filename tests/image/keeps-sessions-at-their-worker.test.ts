// STICKY_SESSIONS: Socket.IO's clients find their worker again, in each transport, and after it was replaced connect anew.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { io, type Socket } from 'socket.io-client';
import { defaultDeadlineMs, until, within } from '../support/deadline.ts';
import { type Container, serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';
import { pidsOf, untilStatus } from './support/workers.ts';

const transports = { polling: ['polling'], upgrade: ['polling', 'websocket'], websocket: ['websocket'] };
const clients = 8;

for (const sticky of ['ip', 'cookie', 'sid']) {
  test(`${sticky}: every client keeps its session, by polling, by WebSocket, and from one to the other`, async (t) => {
    const container = await serve(t, {
      image: await buildFramework('socketio'),
      environment: {
        STICKY_SESSIONS: sticky,
        WORKERS: '3',
        WORKER_DRAIN_TIMEOUT: '1s',
        RELOAD_SETTLE: '0',
        TRUSTED_PROXIES: 'private',
        SLOT_IN_SESSION_ID: sticky === 'sid' ? 'on' : '',
      },
    });
    await untilStatus(container, (status) => pidsOf(status).length === 3);
    for (const [name, ways] of Object.entries(transports)) {
      const sockets = await Promise.all(
        Array.from({ length: clients }, (_, number) => connect(t, container, ways, number)),
      );
      const workers = await Promise.all(sockets.map(talk));
      for (const socket of sockets) socket.close();
      // Not all of them at one worker: the way to stick spreads them.
      assert.ok(new Set(workers).size > 1, `${name}: all at worker ${workers[0]}`);
    }
    if (sticky !== 'sid') return;

    // One of the workers is replaced: its clients connect anew, the others notice nothing.
    const sockets = await Promise.all(
      Array.from({ length: clients }, (_, number) => connect(t, container, transports.polling, number)),
    );
    const before = await Promise.all(sockets.map(talk));
    const affected = sockets.filter((_, index) => before[index] === before[0]);
    const { workers } = JSON.parse((await container.exec('cluster', 'status', '--json')).output);
    const { pid } = workers.find(({ slot }: { slot: number }) => String(slot) === before[0]);
    const again = affected.map(
      (socket) => new Promise<void>((resolve) => socket.once('disconnect', () => socket.once('connect', resolve))),
    );
    await container.exec('sh', '-c', `kill -9 ${pid}`);
    await within(defaultDeadlineMs, `${again.length} clients to connect again`, Promise.all(again));
    for (const [index, socket] of sockets.entries()) {
      if (before[index] === before[0]) await talkAgain(socket);
      else assert.equal(await talk(socket), before[index]);
    }

    // All of them are: whoever speaks to a worker that is gone is told so, and connects anew by itself.
    const reload = await container.exec('cluster', 'reload');
    assert.equal(reload.exitCode, 0, reload.output);
    await Promise.all(sockets.map(talkAgain));
  });
}

/** A client with an address of its own, and a cookie jar like a browser's. */
async function connect(t: TestContext, container: Container, ways: string[], number: number): Promise<Socket> {
  const cookie = /node_worker=[^;]+/.exec((await container.get('/who')).headers.get('set-cookie') ?? '')?.[0];
  const socket = io(container.url('/'), {
    transports: ways,
    forceNew: true,
    extraHeaders: { 'x-forwarded-for': `198.51.100.${number}`, ...(cookie === undefined ? {} : { cookie }) },
  });
  t.after(() => socket.close());
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  await within(defaultDeadlineMs, `client ${number} to connect by ${ways}`, connected);
  const { engine } = socket.io;
  if (ways.length === 2 && engine.transport.name !== 'websocket') {
    const upgraded = new Promise<void>((resolve) => engine.once('upgrade', () => resolve()));
    await within(defaultDeadlineMs, `client ${number} to change to WebSocket`, upgraded);
  }
  return socket;
}

/** Says several things. @returns the worker that heard all of them */
async function talk(socket: Socket): Promise<string> {
  const workers = new Set<string>();
  for (const text of ['a', 'b', 'c']) {
    workers.add((await socket.timeout(10_000).emitWithAck('echo', text)).worker);
  }
  assert.equal(workers.size, 1);
  return [...workers][0] ?? '';
}

/** As an app does: what was lost with the connection is said again on the next one. */
async function talkAgain(socket: Socket): Promise<void> {
  const say = async () => socket.timeout(5000).emitWithAck('echo', 'again').catch(String);
  await until('to be heard again', say, (seen) => typeof seen !== 'string', { withinMs: 30_000 });
}
