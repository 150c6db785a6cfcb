import { isCount } from '@shop/lib';
import type { FastifyInstance } from 'fastify';
import isOdd from 'is-odd';

export default async (app: FastifyInstance) => {
  app.get('/', async () => ({ odd: isCount(3) && isOdd(3) }));
};
