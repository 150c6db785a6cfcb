// The app: a Fastify plugin. Every worker runs it; nginx is in front of them.
import type { FastifyInstance } from 'fastify';

const helloSchema = {
  querystring: {
    type: 'object',
    properties: { name: { type: 'string', minLength: 1, maxLength: 50, default: 'world' } },
  },
  response: {
    200: {
      type: 'object',
      properties: { hello: { type: 'string' }, worker: { type: 'integer' } },
    },
  },
} as const;

export default async function app(app: FastifyInstance) {
  app.get<{ Querystring: { name: string } }>('/api/hello', { schema: helloSchema }, async (request) => ({
    hello: request.query.name,
    worker: Number(process.env.NODE_APP_INSTANCE ?? 0),
  }));
}
