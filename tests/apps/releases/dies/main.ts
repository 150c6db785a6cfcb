// Is ready, and gone a moment later.
import type { FastifyInstance } from 'fastify';

export default async (app: FastifyInstance) => {
  app.all('/', async () => ({ version: 'dies' }));
  app.addHook('onListen', async () => {
    setTimeout(() => process.exit(7), 300);
  });
};
