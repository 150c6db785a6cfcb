import type { FastifyInstance } from 'fastify';

export default async (app: FastifyInstance) => {
  app.all('/', async () => ({ version: '1', folder: process.cwd() }));
};
