import type { FastifyInstance } from 'fastify';

export default async (app: FastifyInstance) => {
  app.all('/', async () => ({ version: '2', folder: process.cwd() }));
};
