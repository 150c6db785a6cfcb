import { count } from '@shop/lib';
import isOdd from 'is-odd';

export default async (app) => {
  app.get('/', async () => ({ odd: isOdd(count) }));
};
