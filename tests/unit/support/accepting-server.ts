// A worker's server without its primary: `node accepting-server.ts SOCKET DESCRIPTOR...`. Told `listen`, it accepts what waits, and
// says in how many turns of its event loop it has accepted so many connections as it was told; `count`: it says that once more; `close`: it closes its server;
// `abort`: it listens, and has that ended by a signal; `unref`: it listens, and has nothing else to do.
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { actAsClusterWorker } from '../../../rootfs/usr/local/lib/cluster/worker/node-cluster.ts';
import { workerListener } from './worker-listener.ts';

export type Order = { do: 'listen' | 'count'; connections: number } | { do: 'close' | 'abort' | 'unref' };

export interface Accepted {
  readonly turns: number;
  /** By the app's server's own count. */
  readonly connections: number;
  /** Of them those that came in the async context of listen(). */
  readonly inContext: number;
  /** The descriptors of a process that the app starts: its output is one socket. */
  readonly inherited: string;
}

const port = 8000;
const [path = '', ...descriptors] = process.argv.slice(2);
actAsClusterWorker(0, () => {});
workerListener({
  socket: path,
  descriptors: descriptors.map(Number),
  port,
  onUnserved: (connection) => process.send?.('unserved', connection),
});

const context = new AsyncLocalStorage<string>();
const server = http.createServer();
let inContext = 0;
server.on('connection', () => {
  if (context.getStore() === 'of listen()') inContext += 1;
});

process.on('message', (order: Order) => {
  switch (order.do) {
    case 'listen':
      context.run('of listen()', () => server.listen(port));
      return count(order.connections);
    case 'count':
      return count(order.connections);
    case 'close':
      server.closeAllConnections();
      return server.close(() => process.send?.('closed'));
    case 'abort': {
      const abort = new AbortController();
      server.on('close', () => process.send?.('closed'));
      return server.listen({ port, signal: abort.signal }, () => abort.abort());
    }
    case 'unref':
      return server.unref().listen(port, () => process.send?.('about to end', () => process.channel?.unref()));
  }
});

async function count(number: number): Promise<void> {
  let turns = 0;
  for (; (await connections()) < number; turns += 1) await nextTurn();
  const inherited = spawnSync('ls', ['-l', '/proc/self/fd'], { stdio: ['ignore', 'pipe', 'ignore'] }).stdout.toString();
  process.send?.({ turns, connections: await connections(), inContext, inherited } satisfies Accepted);
}

function connections(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  server.getConnections((_, count) => resolve(count));
  return promise;
}
