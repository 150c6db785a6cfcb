// Runs the app's export as an HTTP server.
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { fastify as Fastify, FastifyInstance, FastifyServerOptions } from 'fastify';
import http from '../lean-http.ts';
import { log } from '../log.ts';
import type { FetchHandler, Recognised } from './recognise.ts';

/** Shuts the app down after its last request: its own close hooks run. */
export type Close = () => Promise<unknown>;

type Servable = Exclude<Recognised, { kind: 'nothing' | 'unservable' }>;

/**
 * Starts to listen. worker/listen.ts decides on which socket.
 * @param entry the app's entry, whose own packages win over the preinstalled ones
 * @param port what the app is told that it listens on
 * @param announce is called with the server before it listens
 * @returns how to shut it down; undefined where the app's SIGTERM handlers are its only shutdown
 */
export async function serve(
  app: Servable,
  entry: string,
  port: number,
  announce: (server: Server) => void,
): Promise<Close | undefined> {
  switch (app.kind) {
    case 'plugin':
      return servePlugin(app, entry, port, announce);
    case 'fastify':
      announce(app.value.server);
      await app.value.listen({ port, host: '127.0.0.1' });
      return () => app.value.close();
    case 'nest':
      announce(app.value.getHttpServer());
      await app.value.listen(port);
      return () => app.value.close();
    case 'server':
      await startListening(app.value, port, announce);
      return undefined;
    case 'listener':
      await startListening(http.createServer(app.value), port, announce);
      return undefined;
    case 'fetch':
      await startListening(http.createServer(await fetchListener(app.value)), port, announce);
      return undefined;
  }
}

async function servePlugin(
  app: Servable & { kind: 'plugin' },
  entry: string,
  port: number,
  announce: (server: Server) => void,
): Promise<Close> {
  const { default: fastify } = (await import(pathToFileURL(createRequire(entry).resolve('fastify')).href)) as {
    default: typeof Fastify;
  };
  // nginx gives every request an id: the app's log lines carry the same one.
  const options: FastifyServerOptions = { requestIdHeader: 'x-request-id', ...app.options };
  const server = fastify(options) as unknown as FastifyInstance;
  let routes = 0;
  server.addHook('onRoute', () => {
    routes += 1;
  });
  server.register(app.value, app.options as Parameters<FastifyInstance['register']>[1]);
  await server.ready();
  if (routes === 0) {
    log(
      'the default export was run as a Fastify plugin and registered no route. If it is a request listener (req, res), write `export const handler = …`',
    );
  }
  announce(server.server);
  await server.listen({ port, host: '127.0.0.1' });
  return () => server.close();
}

/** @hono/node-server with its own Request and Response was the cheapest adapter that was right (10 µs against 16–19). */
async function fetchListener(app: FetchHandler): Promise<RequestListener> {
  const { getRequestListener } = await import('@hono/node-server');
  return getRequestListener(
    (request, env) => {
      // What h3 and srvx apps ask for; plain assignment, since defineProperty costs half as much as the request.
      Object.assign(request, {
        ip: env.incoming.socket.remoteAddress,
        runtime: { name: 'node', node: { req: env.incoming, res: env.outgoing } },
      });
      return app.fetch(request, env);
    },
    { overrideGlobalObjects: true },
  );
}

function startListening(server: Server, port: number, announce: (server: Server) => void): Promise<void> {
  announce(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
}
