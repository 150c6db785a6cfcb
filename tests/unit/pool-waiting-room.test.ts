// Connections that wait while no worker is ready: handed over unread, and given up with their clients. Real sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WaitingRoom } from '../../rootfs/usr/local/lib/cluster/pool/waiting-room.ts';

const deadline = { timeout: 20_000 };
const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

test(
  'a connection waits until a worker is ready, and is handed over with everything that was sent',
  deadline,
  async (t) => {
    const { room, connect, served, admit } = await openRoom(t);
    const client = await connect();
    client.write(request);
    // Longer than the room takes to look for clients that have gone.
    await sleep(2500);
    assert.equal(served.length, 0);
    admit();
    room.handOverAll();
    assert.equal(served.length, 1);
    const [bytes] = await once((served[0] as Socket).resume(), 'data');
    assert.equal(String(bytes), request);
    served[0]?.end('HTTP/1.1 204 No Content\r\n\r\n');
    assert.match(String((await once(client, 'data'))[0]), /204/);
  },
);

test('clients that leave take their descriptors with them, and the others stay', deadline, async (t) => {
  const { room, connect, served, admit } = await openRoom(t);
  const before = openSockets();
  const clients = await Promise.all(Array.from({ length: 100 }, connect));
  for (const client of clients) client.write(request);
  await until(() => openSockets() >= before + 200);
  for (const client of clients.slice(0, 90)) client.destroy();
  await until(() => openSockets() === before + 20);
  admit();
  room.handOverAll();
  assert.equal(served.length, 10);
});

test(
  'over TCP, clients that reset their connection do too; one that has only finished sending still waits',
  deadline,
  async (t) => {
    const { room, served, admit } = await openRoom(t);
    const server = net
      .createServer({ pauseOnConnect: true }, (connection) => room.add(connection))
      .listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const before = openSockets();
    const { port } = server.address() as net.AddressInfo;
    const [gone, halfClosed] = await Promise.all([connectTo(t, { port }), connectTo(t, { port, allowHalfOpen: true })]);
    await until(() => openSockets() === before + 4);
    halfClosed.end(request);
    gone.resetAndDestroy();
    await until(() => openSockets() === before + 2);
    await sleep(1500);
    admit();
    room.handOverAll();
    assert.equal(served.length, 1);
  },
);

test('when it is full, the connection that has waited for longest is closed', deadline, async (t) => {
  const { room, connect, served, admit } = await openRoom(t, 3);
  const clients: Socket[] = [];
  for (let number = 0; number < 5; number += 1) {
    const client = await connect();
    client.write(String(number));
    client.on('close', () => clients.splice(clients.indexOf(client), 1));
    clients.push(client);
  }
  await until(() => clients.length === 3);
  admit();
  room.handOverAll();
  const numbers = await Promise.all(
    served.map(async (connection) => String((await once(connection.resume(), 'data'))[0])),
  );
  assert.deepEqual(numbers, ['2', '3', '4']);
});

/** @param maxConnections the room's own default where it is undefined */
async function openRoom(t: TestContext, maxConnections?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'waiting-'));
  const path = join(folder, 'waiting.sock');
  const served: Socket[] = [];
  let isReady = false;
  const handOver = (connection: Socket) => {
    if (isReady) served.push(connection);
    return isReady;
  };
  const room = new WaitingRoom(path, handOver, maxConnections);
  t.after(() => {
    room.close();
    for (const connection of served) connection.destroy();
    rmSync(folder, { recursive: true });
  });
  return {
    room,
    served,
    /** A worker is ready from now on. */
    admit: () => {
      isReady = true;
    },
    connect: () => connectTo(t, { path }),
  };
}

async function connectTo(t: TestContext, options: net.NetConnectOpts): Promise<Socket> {
  const socket = net.connect(options);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:');
    } catch {
      return false; // the one that reads the folder
    }
  }).length;
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 10_000; !condition(); await sleep(50)) {
    assert.ok(performance.now() < deadline, `still not after 10 s: ${condition}`);
  }
}
