// A worker's server without its primary: `node draining-server.ts SOCKET DESCRIPTOR...`. It says `ready` over its channel, and drains
// when it is told to, its event loop standing still from then on for as long as it is told.
import http from 'node:http';
import { drain } from '../../../rootfs/usr/local/lib/cluster/worker/drain.ts';
import { Interception } from '../../../rootfs/usr/local/lib/cluster/worker/listen.ts';

const [socket = '', ...descriptors] = process.argv.slice(2);
const port = 8000;
const interception = new Interception({
  socket,
  descriptors: descriptors.map(Number),
  port,
  origin: { isBehindNginx: true, basePath: '' },
  onReady: () => process.send?.('ready'),
  onRequest: () => {},
  onRefused: (why) => {
    throw new Error(why);
  },
});
http.createServer((request, response) => request.resume().on('end', () => response.end('done'))).listen(port);

process.on('message', (standsStillMs: number) => {
  drain(interception.main, true, () => undefined);
  process.send?.('draining', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, standsStillMs));
});
