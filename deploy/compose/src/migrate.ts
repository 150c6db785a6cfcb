// What prestart.sh runs. Ends with an error where the database does not answer.
import { database } from './database.ts';

const client = await database.connect();
// Of containers that start at once, one after the other; the lock ends with the connection.
await client.query('SELECT pg_advisory_lock(1)');
await client.query(`
  CREATE TABLE IF NOT EXISTS note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text NOT NULL
  )`);
client.release();
await database.end();
