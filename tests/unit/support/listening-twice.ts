// Listens as it is told, in plain Node or as a worker does: `node listening-twice.ts plain|worker SOCKET CODE`. CODE is the body of a
// function; it prints what became of each server.
import dgram from 'node:dgram';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { actAsClusterWorker } from '../../../rootfs/usr/local/lib/cluster/worker/node-cluster.ts';
import { workerListener } from './worker-listener.ts';

const [as, socket = '', code = ''] = process.argv.slice(2);
if (as === 'worker') {
  actAsClusterWorker(0, () => {});
  workerListener({ socket, descriptors: [], port: 18_080 });
}

const outcomes: Promise<string>[] = [];
let last: net.Server | dgram.Socket | undefined;

/** Notes what becomes of it. @returns it */
function watch<T extends net.Server | dgram.Socket>(server: T): T {
  last = server;
  outcomes.push(
    new Promise((resolve) => {
      server.once('listening', () => resolve('listens'));
      server.once('error', ({ code, message, syscall, address, port }: NodeJS.ErrnoException & net.AddressInfo) =>
        resolve(JSON.stringify({ code, message, syscall, address, port })),
      );
    }),
  );
  return server;
}

await new Function('net', 'http', 'dgram', 'fs', 'watch', `return (async () => { ${code} })();`)(
  net,
  http,
  dgram,
  fs,
  watch,
);
const results = await Promise.all(outcomes);
fs.writeSync(1, JSON.stringify({ results, isListening: last instanceof net.Server ? last.listening : undefined }));
process.exit(0);
