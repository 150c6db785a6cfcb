// What the primary tells about itself, over a unix socket that nginx and the `cluster` command ask. Read-only.
import { rmSync } from 'node:fs';
import { renderDevPage } from '../dev/page.ts';
import type { PoolStatus } from '../pool/status.ts';

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
  /** Dev mode: why no version of the app answers. */
  readonly problem: () => string | undefined;
}

export async function startAdmin(socket: string, { status, problem }: AdminSources): Promise<void> {
  // Loaded while the first worker boots: the primary has something better to do before.
  const { default: fastify } = await import('fastify');
  const app = fastify();
  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, draining } = status();
    reply.code(ready ? 200 : 503);
    return { status: ready ? 'ready' : draining ? 'draining' : 'not ready' };
  });
  app.get('/status', async () => status());
  app.all('/dev', async (_request, reply) => {
    reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store');
    return renderDevPage(problem());
  });
  rmSync(socket, { force: true });
  await app.listen({ path: socket });
}
