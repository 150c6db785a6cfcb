// A worker's server without its primary: `node draining-server.ts SOCKET DESCRIPTOR...`. It says `ready` over its channel, and drains
// when it is told to, its event loop standing still from then on for as long as it is told.
import http from 'node:http';
import { drain } from '../../../rootfs/usr/local/lib/cluster/worker/drain.ts';
import { workerListener } from './worker-listener.ts';

const [socket = '', ...descriptors] = process.argv.slice(2);
const port = 8000;
const listener = workerListener({
  socket,
  descriptors: descriptors.map(Number),
  port,
  onReady: () => process.send?.('ready'),
});
http.createServer((request, response) => request.resume().on('end', () => response.end('done'))).listen(port);

process.on('message', (standsStillMs: number) => {
  drain(listener, true, () => undefined);
  process.send?.('draining', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, standsStillMs));
});
