import isOdd from 'is-odd';

export default async (app) => {
  app.get('/', async () => ({ odd: isOdd(3) }));
};
