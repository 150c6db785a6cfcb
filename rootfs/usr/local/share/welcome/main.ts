// What the bare image serves: what it is, and how to put one's own app in.
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

export default async function welcome(app: FastifyInstance): Promise<void> {
  const page = await readFile(new URL('index.html', import.meta.url), 'utf8');
  app.get('/', async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return page;
  });
}
