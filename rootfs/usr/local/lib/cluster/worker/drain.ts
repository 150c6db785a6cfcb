// The end of a worker: its traffic goes first, then the app's own shutdown runs. The app's server is never closed by us:
// that would end the process before the app's SIGTERM handlers run, or make them fail (ERR_SERVER_NOT_RUNNING).
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Close } from '../app/serve.ts';
import { nginxKeepsMs } from '../upstream-keep-alive.ts';
import { endStreams } from './closing.ts';
import type { Connections } from './connections.ts';

/** Whoever made a connection may still be about to use it. nginx is to have closed its own by then. */
const idleGraceMs = { nginx: nginxKeepsMs + 500, others: 300 };
const checkEveryMs = 20;
/** Connections that were made just before the slot was handed over are accepted in this time. */
const handOverMs = 200;
/** How long the log may take for the last lines. */
const lastLinesMs = 1000;

/** What is drained: the connections of all servers that the app has served with. */
export interface Drained {
  readonly connections: Connections;
  closeIdleConnections(): void;
}

/**
 * Finishes what is under way, ends connections, then runs the app's shutdown and ends the process.
 * @param nginxGoesOn with another worker in this slot: what it had begun to connect, or is about to send, is waited for
 * @param close called when no request is under way; ends an app that we serve
 */
export async function drain(
  drained: Drained,
  nginxGoesOn: boolean,
  close: () => ReturnType<Close> | undefined,
): Promise<void> {
  if (nginxGoesOn) await sleep(handOverMs);
  await endConnections(drained, idleGraceMs[nginxGoesOn ? 'nginx' : 'others']);
  await close();
  if (process.listenerCount('SIGTERM') === 0) {
    await untilPrinted();
    process.exit(0);
  }
  // The app has a shutdown of its own: it gets the signal that it was written for.
  process.kill(process.pid, 'SIGTERM');
}

/** Resolves when the log has taken what the app has printed: process.exit() loses what a full pipe has not taken yet. */
async function untilPrinted(): Promise<void> {
  const streams = [process.stdout, process.stderr];
  const written = streams.map((stream) => new Promise((resolve) => stream.write('', resolve)));
  await Promise.race([Promise.all(written), sleep(lastLinesMs)]);
}

/** Resolves when there is no connection. How long that may take is for the primary to say. */
async function endConnections(drained: Drained, graceMs: number): Promise<void> {
  const { connections } = drained;
  connections.closeAll(true);
  endStreams(connections);
  const startedAt = performance.now();
  while ((await hasAccepted(connections)) || connections.plain > 0) {
    // Right after everything that has come was read: a connection that is idle now is not about to bring a request.
    if (performance.now() - startedAt >= graceMs) drained.closeIdleConnections();
    await sleep(checkEveryMs);
  }
}

/**
 * Whether the socket's queue had a connection. A turn of the event loop accepts only some (slot-socket.ts), and where the
 * loop was late its timers, such as the one that a drain waits for, run before it accepts any.
 */
async function hasAccepted(connections: Connections): Promise<boolean> {
  await nextTurn();
  const { accepted } = connections;
  await nextTurn();
  return connections.accepted > accepted;
}
