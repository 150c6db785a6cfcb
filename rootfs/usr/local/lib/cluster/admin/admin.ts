// What the primary tells about itself, over a unix socket that nginx and the `cluster` command ask. Read-only.
import { rmSync } from 'node:fs';
import fastify from 'fastify';
import type { SlotStatus } from '../pool/pool.ts';

export interface Status {
  /** At least one worker is ready, and the container has not been asked to stop. */
  readonly ready: boolean;
  readonly draining: boolean;
  readonly entry: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly workers: readonly SlotStatus[];
}

/** @param status asked at each request */
export async function startAdmin(socket: string, status: () => Status): Promise<void> {
  const app = fastify();
  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, draining } = status();
    reply.code(ready ? 200 : 503);
    return { status: ready ? 'ready' : draining ? 'draining' : 'not ready' };
  });
  app.get('/status', async () => status());
  rmSync(socket, { force: true });
  await app.listen({ path: socket });
}
