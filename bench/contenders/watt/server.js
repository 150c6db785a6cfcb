// `create` as Watt documents it for Fastify, with its log level: a line of log for each request's begin and end.
import { join } from 'node:path';
import files from '@fastify/static';
import { getAdditionalServerOptions, getLogLevel } from '@platformatic/globals';
import Fastify from 'fastify';
import app from './main.js';

export function create() {
  const { key, cert } = getAdditionalServerOptions() ?? {};
  const server = Fastify({
    logger: { level: getLogLevel({ throwOnMissing: false }) ?? 'info' },
    ...(key && { https: { key, cert } }),
  });
  server.register(files, { root: join(import.meta.dirname, 'public/static'), prefix: '/static/' });
  server.register(app);
  return server;
}
