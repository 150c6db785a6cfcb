// Fastify in one process, as its documentation's first page has it; HTTPS by its option `https`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import Fastify from 'fastify';
import app from './main.js';

const { PORT, TLS, TLS_PORT } = process.env;

await listen({}, PORT);
if (TLS === 'yes') {
  const [key, cert] = ['tls.key', 'tls.crt'].map((name) => readFileSync(join('/bench-tls', name)));
  await listen({ https: { key, cert } }, TLS_PORT);
}

async function listen(options, port) {
  const server = Fastify(options);
  server.register(files, { root: join(import.meta.dirname, 'public/static'), prefix: '/static/' });
  server.register(app);
  // What is in flight at a stop is finished: https://fastify.dev/docs/latest/Reference/Server/#close
  process.once('SIGTERM', () => server.close());
  await server.listen({ host: '0.0.0.0', port: Number(port) });
}
