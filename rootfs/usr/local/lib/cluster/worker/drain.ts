// The end of a worker: its traffic goes first, then the app's own shutdown runs. The app's server is never closed by us:
// that would end the process before the app's SIGTERM handlers run, or make them fail (ERR_SERVER_NOT_RUNNING).
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Close } from '../app/serve.ts';
import { nginxKeepsMs } from '../upstream-keep-alive.ts';
import type { Connections } from './client-address.ts';
import type { Listener } from './listen.ts';

/** Whoever made a connection may still be about to use it. nginx is to have closed its own by then. */
const idleGraceMs = { nginx: nginxKeepsMs + 500, others: 300 };
const checkEveryMs = 20;
/** So long a client may take to answer a close frame. */
const closingMs = 1000;
/** Connections that were made just before the slot was handed over are accepted in this time. */
const handOverMs = 200;

/**
 * Answers what is under way, ends connections, then runs the app's shutdown and ends the process.
 * @param nginxGoesOn with another worker in this slot: what it had begun to connect, or is about to send, is waited for
 * @param close called when no request is under way; ends an app that we serve
 */
export async function drain(
  listener: Listener | undefined,
  nginxGoesOn: boolean,
  close: () => ReturnType<Close> | undefined,
): Promise<void> {
  if (nginxGoesOn) await sleep(handOverMs);
  if (listener !== undefined) await endConnections(listener, idleGraceMs[nginxGoesOn ? 'nginx' : 'others']);
  await close();
  if (process.listenerCount('SIGTERM') === 0) process.exit(0);
  // The app has a shutdown of its own: it gets the signal that it was written for.
  process.kill(process.pid, 'SIGTERM');
}

/** Resolves when there is no connection. How long that may take is for the primary to say. */
async function endConnections({ server, connections }: Listener, graceMs: number): Promise<void> {
  connections.giveWay(true);
  closeEndless(connections);
  const startedAt = performance.now();
  while ((await wereWaiting(connections)) || connections.plain > 0) {
    // Right after everything that has come was read: a connection that is idle now is not about to bring a request.
    if (performance.now() - startedAt >= graceMs) server.closeIdleConnections();
    await sleep(checkEveryMs);
  }
}

/**
 * Whether the server's queue had a connection. A turn of the event loop accepts only some (acceptors.ts), and where the
 * loop was late its timers, such as the one that a drain waits for, run before it accepts any.
 */
async function wereWaiting(connections: Connections): Promise<boolean> {
  await nextTurn();
  const { accepted } = connections;
  await nextTurn();
  return connections.accepted > accepted;
}

/** Ends what would never end by itself, so that its clients come again: to another worker. */
export function closeEndless(connections: Connections): void {
  endEventStreams(connections);
  closeUpgraded(connections);
}

/**
 * Ends server-sent events as if the client had gone, which every app knows how to take, but in an orderly way for the
 * client: its response is complete, so it asks anew. (`response.end()` would be an error for an app that goes on writing.)
 */
function endEventStreams(connections: Connections): void {
  for (const [socket, response] of connections.eventStreams()) {
    if (response.chunkedEncoding) socket.write('0\r\n\r\n');
    socket.destroySoon();
  }
}

/**
 * Ends WebSockets as their protocol wants it, with the close code "1012 service restart" (RFC 6455 §5.5.1; registered
 * with IANA): clients reconnect. Any other upgraded connection is just closed.
 */
function closeUpgraded({ upgraded }: Connections): void {
  for (const [socket, protocol] of upgraded) {
    if (protocol !== 'websocket') socket.end();
    else if (socket.writable) socket.write(Buffer.from([0x88, 0x02, 0x03, 0xf4]));
  }
  // The client answers with a frame of its own, and the app's library closes. If not:
  setTimeout(() => {
    for (const socket of upgraded.keys()) socket.destroy();
  }, closingMs).unref();
}
