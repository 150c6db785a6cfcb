// The app: notes, kept in the database.
import type { FastifyInstance } from 'fastify';
import { database } from './database.ts';

const noteSchema = {
  body: {
    type: 'object',
    required: ['text'],
    properties: { text: { type: 'string', minLength: 1, maxLength: 1000 } },
  },
} as const;

// nginx logs every request; this is what went wrong in those that failed.
export const options = { logger: { level: 'warn' } };

export default async function app(app: FastifyInstance) {
  app.addHook('onClose', () => database.end());

  app.get('/api/notes', async () => (await database.query('SELECT id, text FROM note ORDER BY id LIMIT 100')).rows);

  app.post<{ Body: { text: string } }>('/api/notes', { schema: noteSchema }, async (request, reply) => {
    const { rows } = await database.query('INSERT INTO note (text) VALUES ($1) RETURNING id, text', [
      request.body.text,
    ]);
    return reply.code(201).send(rows[0]);
  });
}
