// An app with whatever the tests have to provoke.
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

type Milliseconds = { Querystring: { ms: number } };

export default async function workshop(app: FastifyInstance) {
  const identity = () => ({ pid: process.pid, worker: Number(process.env.NODE_APP_INSTANCE) });
  app.get('/worker', async () => identity());
  app.get<Milliseconds>('/slow', (request, reply) => {
    process.stdout.write('slow request began\n');
    setTimeout(() => reply.send(identity()), request.query.ms);
  });
  app.get<Milliseconds>('/block', async (request) => {
    process.stdout.write('loop is blocked\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(request.query.ms));
    return identity();
  });
  app.get('/crash', async () => {
    setImmediate(() => process.exit(9));
    return identity();
  });
  app.post('/echo', async (request) => request.body);
  // A WebSocket that says nothing, and answers a close frame by closing (RFC 6455).
  app.server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', () => socket.end());
    socket.on('error', () => socket.destroy());
  });
  app.addHook('onClose', async () => {
    process.stdout.write('close hook ran\n');
  });
}
