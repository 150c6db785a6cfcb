// WebSockets pass through nginx without a setting, and the app knows who opened them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { onceInTime } from '../support/deadline.ts';
import { clientInLog, spoofed } from './support/clients.ts';
import { type Container, serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';
import { amount } from './support/long.ts';

interface Echo {
  worker: string;
  ip: string;
  text: string;
}

/** Opens a socket, sends a text and closes the socket. */
type Call = (container: Container, text: string) => Promise<Echo>;

const servers: Record<string, { folder: string; path: string; call: Call }> = {
  ws: { folder: 'ws', path: '/chat', call: callWebSocket },
  'Socket.IO': { folder: 'socketio', path: '/socket.io/', call: callSocketIo },
};

for (const [name, { folder, path, call }] of Object.entries(servers)) {
  test(`${name}: every worker echoes, and knows its client`, async (t) => {
    const image = await buildFramework(folder);
    const container = await serve(t, { image, environment: { WORKERS: '2' } });
    await container.printed(/worker 1 .*is ready/);

    const echoes: Echo[] = [];
    for (let number = 0; number < 8; number += 1) echoes.push(await call(container, `text ${number}`));

    assert.deepEqual(
      echoes.map(({ text }) => text),
      Array.from({ length: 8 }, (_, number) => `text ${number}`),
    );
    assert.deepEqual([...new Set(echoes.map(({ worker }) => worker))].sort(), ['0', '1']);
    const { address } = await clientInLog(container, path);
    assert.deepEqual([...new Set(echoes.map(({ ip }) => ip))], [address]);
  });
}

test('docker stop closes them with 1012, service restart, and does not wait for them', async (t) => {
  const container = await serve(t, { image: await buildFramework('ws') });
  const sockets = Array.from({ length: 4 }, () => new WebSocket(container.url('/chat').replace('http:', 'ws:')));
  await Promise.all(sockets.map((socket) => onceInTime(socket, 'open')));
  const closed = Promise.all(sockets.map(async (socket) => (await onceInTime(socket, 'close'))[0].code));
  const { exitCode } = await container.stop(5);
  assert.deepEqual(await closed, [1012, 1012, 1012, 1012]);
  assert.equal(exitCode, 0);
});

test('WEBSOCKET_TIMEOUT: one that is idle lives on after REQUEST_TIMEOUT, and a plain request does not', async (t) => {
  const environment = { WORKERS: '1', REQUEST_TIMEOUT: '1s', WEBSOCKET_TIMEOUT: '4s' };
  // With a static folder, without one, and where location.d is in use.
  const surroundings: Record<string, string>[] = [
    {},
    { '/app/public/file.txt': 'a file' },
    { '/app/nginx/location.d/own.conf': 'add_header X-Own yes;\n' },
  ];
  for (const files of surroundings) {
    const container = await serve(t, { app: 'workshop', environment, files });
    const socket = new WebSocket(container.url('/any').replace('http:', 'ws:'));
    await onceInTime(socket, 'open');
    const openedAt = performance.now();
    assert.equal((await container.get('/slow?ms=20000')).status, 504);
    await onceInTime(socket, 'close');
    const seconds = (performance.now() - openedAt) / 1000;
    assert.ok(seconds > 3 && seconds < 10, `closed after ${seconds} s`);
  }
});

// In short: twice REQUEST_TIMEOUT. For a minute, which is nginx's own limit, in `npm run test:long`.
test('silence closes none', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1', REQUEST_TIMEOUT: '5s' } });
  const socket = new WebSocket(container.url('/any').replace('http:', 'ws:'));
  await onceInTime(socket, 'open');
  await sleep(amount(10_000, 62_000));
  assert.equal(socket.readyState, WebSocket.OPEN);
  socket.close();
});

async function callWebSocket(container: Container, text: string): Promise<Echo> {
  // Node's own client takes headers, as ws does.
  const socket = new WebSocket(container.url('/chat').replace('http:', 'ws:'), { headers: spoofed });
  await onceInTime(socket, 'open');
  socket.send(text);
  const [{ data }] = await onceInTime(socket, 'message');
  socket.close();
  await onceInTime(socket, 'close');
  return JSON.parse(data);
}

async function callSocketIo(container: Container, text: string): Promise<Echo> {
  const socket = io(container.url('/'), { transports: ['websocket'], extraHeaders: spoofed, forceNew: true });
  try {
    return await socket.timeout(10_000).emitWithAck('echo', text);
  } finally {
    socket.close();
  }
}
