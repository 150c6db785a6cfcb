// Fastify's quick start: its own instance, its own listen().
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';

const fastify = Fastify({ logger: true });

fastify.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

fastify.get('/who', async (request) => ({
  worker: process.env.NODE_APP_INSTANCE,
  pid: process.pid,
  ip: request.ip,
  protocol: request.protocol,
  requestId: request.headers['x-request-id'],
}));

fastify.post('/upload', async (request) => {
  let bytes = 0;
  for await (const chunk of request.body) bytes += chunk.length;
  return { bytes };
});

fastify.get('/stream', (request, reply) => {
  const pause = Number(request.query.pause ?? 50);
  reply.type('text/plain').send(Readable.from(digits(pause)));
});

async function* digits(pause) {
  for (const digit of '12345') {
    yield digit;
    if (digit !== '5') await sleep(pause);
  }
}

try {
  await fastify.listen({ port: 3000 });
} catch (err) {
  fastify.log.error(err);
  process.exit(1);
}
