export default async (app) => {
  app.get('/', async () => 'up');
};
