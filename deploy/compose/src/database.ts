// A pool of connections, one in each worker. PGHOST, PGUSER and PGDATABASE are read by pg itself.
import { readFile } from 'node:fs/promises';
import pg from 'pg';

export const database = new pg.Pool({
  // Read at every new connection: a password that was written anew into the same file needs no restart.
  password: async () => (await readFile(process.env.PGPASSWORD_FILE ?? '', 'utf8')).trim(),
  // All workers together have to stay below PostgreSQL's max_connections, 100.
  max: 5,
  connectionTimeoutMillis: 5_000,
});

// The end of a connection that nobody was using, as when the database restarts: the pool makes another.
database.on('error', (error) => process.stderr.write(`database: ${error.message}\n`));
