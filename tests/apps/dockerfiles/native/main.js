import Database from 'better-sqlite3';

const database = new Database('/data/shop.sqlite');

export default async (app) => {
  app.get('/', async () => database.prepare('select 3 % 2 = 1 as odd').get());
};
