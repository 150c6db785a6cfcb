// What the primary tells about itself: to nginx and the `cluster` command over a unix socket, to orchestrators and people
// over TCP. Read-only; orders are taken by control.ts.
import { rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { renderDevPage } from '../dev/page.ts';
import { log } from '../log.ts';
import http from '../node-http.ts';
import type { PoolStatus } from '../pool/status.ts';
import { type Facts, liveness, readinessOfPort, startup, type Verdict } from './health.ts';
import type { NginxStatus } from './nginx-status.ts';

export interface Status extends PoolStatus {
  /** At least one worker is ready, and the container has not been asked to stop. */
  readonly ready: boolean;
  readonly draining: boolean;
  readonly entry: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
}

/** Asked at each request. */
export interface AdminSources {
  readonly status: () => Status;
  readonly facts: () => Facts;
  readonly nginx: () => Promise<NginxStatus | undefined>;
  /** Dev mode: why no version of the app answers. */
  readonly problem: () => string | undefined;
}

export interface AdminOptions extends AdminSources {
  /** The unix socket's path. */
  readonly socket: string;
  /** 0: no TCP port. */
  readonly port: number;
  /** undefined: all addresses. */
  readonly host: string | undefined;
}

export async function startAdmin({ socket, port, host, ...sources }: AdminOptions): Promise<void> {
  // Loaded while the first worker boots: the primary has something better to do before.
  const { default: fastify } = await import('fastify');
  const inside = fastify();
  addProbes(inside, sources);
  inside.all('/dev', async (_request, reply) => {
    reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store');
    return renderDevPage(sources.problem());
  });
  rmSync(socket, { force: true });
  await inside.listen({ path: socket });
  if (port !== 0) await listenOutside(inside, port, host);
}

function addProbes(app: FastifyInstance, { status, facts, nginx }: AdminSources): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  const probe = (path: string, judge: () => Verdict | Promise<Verdict>) =>
    app.get(path, async (_request, reply) => {
      const { isGood, status } = await judge();
      reply.code(isGood ? 200 : 503);
      return { status };
    });
  probe('/livez', async () => liveness(facts(), await nginx()));
  probe('/readyz', async () => readinessOfPort(facts(), await nginx()));
  probe('/startupz', () => startup(facts()));
  app.get('/status', async () => status());
}

/** The same answers over TCP. A port that is taken is no reason to end what serves: it is said, and done without. */
async function listenOutside(app: FastifyInstance, port: number, host: string | undefined): Promise<void> {
  const server = http.createServer((request, response) => app.routing(request, response));
  await new Promise<void>((resolve) => {
    server.once('error', (error) => {
      log(
        `ADMIN_PORT=${port} cannot be opened (${(error as NodeJS.ErrnoException).code}): it is done without. Write another one, or ADMIN_PORT=off.`,
      );
      resolve();
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
}
