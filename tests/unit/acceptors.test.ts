// How many connections a worker accepts in a turn of its event loop, with a real server that inherits a real socket.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { withOpenSocket } from '../../rootfs/usr/local/lib/cluster/pool/sockets.ts';
import { acceptors } from '../../rootfs/usr/local/lib/cluster/worker/messages.ts';
import { onceInTime } from '../support/deadline.ts';
import type { Accepted, Order } from './support/accepting-server.ts';
import { forkWithSocket } from './support/fork-with-socket.ts';

const connections = 4 * acceptors;

test('a worker accepts as many connections in a turn as it has descriptors of its socket', async (t) => {
  const one = await startServer(t, 1);
  assert.ok((await one.accept()).turns >= connections - 1);
  const many = await startServer(t, acceptors);
  assert.ok((await many.accept()).turns < connections / 4);
});

test('whichever descriptor they come by, connections are the server’s, in the async context of its listen()', async (t) => {
  const server = await startServer(t, acceptors);
  const accepted = await server.accept();
  assert.equal(accepted.connections, connections);
  assert.equal(accepted.inContext, connections);
});

test('what the app starts inherits none of the descriptors', async (t) => {
  const server = await startServer(t, acceptors);
  const { inherited } = await server.accept();
  assert.deepEqual(inherited.match(/\d+ -> socket/g), ['1 -> socket']);
});

test('when a server is closed, whoever connects goes back to the primary, unread', async (t) => {
  const server = await startServer(t, acceptors);
  await server.accept();
  assert.equal(await server.order({ do: 'close' }), 'closed');
  assert.equal(await server.returned('after the close'), 'after the close');
});

test('so it is when the signal of its listen() ends it', async (t) => {
  const server = await startServer(t, acceptors);
  assert.equal(await server.order({ do: 'abort' }), 'closed');
  assert.equal(await server.returned('after the signal'), 'after the signal');
});

test('a server that listens again gets its connections again', async (t) => {
  const server = await startServer(t, acceptors);
  await server.accept();
  for (let time = 0; time < 3; time += 1) {
    assert.equal(await server.order({ do: 'close' }), 'closed');
    await server.order({ do: 'listen', connections: 0 });
    await server.connect();
    assert.equal(((await server.order({ do: 'count', connections })) as Accepted).connections, connections);
  }
});

test('a server that its app has unreferenced does not keep the process running', async (t) => {
  const server = await startServer(t, acceptors);
  assert.equal(await server.order({ do: 'unref' }), 'about to end');
  assert.equal(await server.exitCode, 0);
});

test('the primary keeps no descriptor of a worker’s socket', async (t) => {
  const open = () => readdirSync('/proc/self/fd').length;
  const server = await startServer(t, acceptors);
  await server.kill();
  assert.equal(await server.connectionError(), 'ECONNREFUSED');
  const before = open();
  const path = join(mkdtempSync(join(tmpdir(), 'acceptors-')), 'worker.sock');
  assert.equal(withOpenSocket(path, open), before + 1);
  assert.equal(open(), before);
  rmSync(dirname(path), { recursive: true });
});

test('a socket that cannot be opened is left to the worker, which says why', () => {
  const path = '/proc/no-socket-can-be-here';
  assert.equal(
    withOpenSocket(path, (descriptor) => descriptor),
    undefined,
  );
  assert.equal(existsSync(path), false);
});

/** A worker whose app has not listened yet. */
async function startServer(t: TestContext, descriptors: number) {
  const folder = mkdtempSync(join(tmpdir(), 'acceptors-'));
  const path = join(folder, 'worker.sock');
  const child = forkWithSocket('accepting-server.ts', path, descriptors, [path]);
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const exitCode = onceInTime(child, 'exit', 'the end of the process').then(([code]) => code as number | null);
  return {
    exitCode,
    /** So many connections wait before it listens. */
    async accept(): Promise<Accepted> {
      await this.connect();
      return (await this.order({ do: 'listen', connections })) as Accepted;
    },
    async connect(): Promise<void> {
      const sockets = Array.from({ length: connections }, () => connect(path));
      t.after(() => {
        for (const socket of sockets) socket.destroy();
      });
      await Promise.all(sockets.map((socket) => onceInTime(socket, 'connect')));
    },
    /** @returns what it says then */
    async order(order: Order): Promise<unknown> {
      child.send(order);
      return (await onceInTime(child, 'message'))[0];
    },
    /** Connects and writes. @returns what the primary reads on the connection that it is given */
    async returned(text: string): Promise<string> {
      const socket = connect(path, () => socket.write(text));
      t.after(() => socket.destroy());
      const [message, connection] = (await onceInTime(child, 'message')) as [string, Socket];
      assert.equal(message, 'unserved');
      t.after(() => connection.destroy());
      const [chunk] = await onceInTime(connection, 'data');
      return String(chunk);
    },
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await exitCode;
    },
    async connectionError(): Promise<string> {
      assert.ok(existsSync(path));
      const socket = connect(path);
      t.after(() => socket.destroy());
      return onceInTime(socket, 'connect').then(
        () => 'none: somebody listens',
        ({ code }) => code,
      );
    },
  };
}
