// When may nginx stop without cutting a connection that is in use?
import { setTimeout as sleep } from 'node:timers/promises';
import type { NginxStatus } from '../nginx/nginx-status.ts';

const pollEveryMs = 25;
/** Clients that send request after request have had a response that closes their connection by then. */
const longestMs = 1000;
/**
 * With nothing but idle connections for so long, no client is about to send a request on one. A client on another
 * continent, or one whose machine is busy, takes that long for its next request.
 */
const idleMs = 300;

/**
 * Resolves when no client's connection is in use.
 * @param ask nginx for its connections
 */
export async function untilClientsAreIdle(ask: () => Promise<NginxStatus | undefined>): Promise<void> {
  const beganAt = performance.now();
  let idleSince: number | undefined;
  while (performance.now() - beganAt < longestMs) {
    const status = await ask();
    if (status === undefined || status.connections === 0) return;
    idleSince = status.connections > status.idle ? undefined : (idleSince ?? performance.now());
    if (idleSince !== undefined && performance.now() - idleSince >= idleMs) return;
    await sleep(pollEveryMs);
  }
}
