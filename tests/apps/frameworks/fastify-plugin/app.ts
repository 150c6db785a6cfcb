// What `fastify generate --lang=ts` makes: a plugin, for fastify-cli to run.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync } from 'fastify';

const app: FastifyPluginAsync = async (fastify, _opts): Promise<void> => {
  fastify.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  fastify.get('/who', async (request) => ({
    worker: process.env.NODE_APP_INSTANCE,
    pid: process.pid,
    ip: request.ip,
    protocol: request.protocol,
    requestId: request.headers['x-request-id'],
  }));

  fastify.post<{ Body: Readable }>('/upload', async (request) => {
    let bytes = 0;
    for await (const chunk of request.body) bytes += chunk.length;
    return { bytes };
  });

  fastify.get<{ Querystring: { pause?: string } }>('/stream', (request, reply) => {
    reply.type('text/plain').send(Readable.from(digits(Number(request.query.pause ?? 50))));
  });
};

async function* digits(pause: number): AsyncGenerator<string> {
  for (const digit of '12345') {
    yield digit;
    if (digit !== '5') await sleep(pause);
  }
}

export default app;
