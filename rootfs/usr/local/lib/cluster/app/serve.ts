// Runs what was recognised as an HTTP server.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { fastify as Fastify } from 'fastify';
import type { Recognised } from './recognise.ts';

/** Ends what was started, after its last request: the app's own close hooks run. */
export type Close = () => Promise<void>;

/**
 * @param entry the app's entry: its own Fastify wins over the preinstalled one
 * @param port what the app is told that it listens on
 */
export async function servePlugin(app: Recognised & { kind: 'plugin' }, entry: string, port: number): Promise<Close> {
  const { default: fastify } = (await import(pathToFileURL(createRequire(entry).resolve('fastify')).href)) as {
    default: typeof Fastify;
  };
  const server = fastify(app.options);
  server.register(app.plugin);
  await server.listen({ port, host: '127.0.0.1' });
  return () => server.close();
}
