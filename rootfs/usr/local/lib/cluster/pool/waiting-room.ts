// Where connections wait while no worker is ready: the slots' sockets lead here then, and nginx connects here when a slot
// refuses. The first worker that is ready gets them, unread. The primary only holds them: otherwise each connection would
// be refused, and each request a 502.
import { rmSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { after, every, guarded, on, once } from '../guarded.ts';

/** As a worker's: what nginx may connect at once. */
const backlog = 4096;

/** A connection that comes here was refused by a worker that has just exited: the primary may take this long to know. */
const graceMs = 100;

/** The oldest is closed first: its client is the most likely to have given up. */
const defaultMaxConnections = 4096;

const checkEveryMs = 1000;
/**
 * A client without nginx that closes its connection may have closed its half only. Its kernel forgets the connection after
 * a minute, and then resets it when TCP's keep-alive probe comes.
 */
const probeAfterMs = 10_000;

/** Gives a connection to a worker that is ready. @returns false if there is none */
export type HandOver = (connection: Socket) => boolean;

export class WaitingRoom {
  readonly #handOver: HandOver;
  readonly #maxConnections: number;
  readonly #server: net.Server;
  readonly #timer: NodeJS.Timeout;
  /** Oldest first. */
  readonly #waiting = new Set<Socket>();
  /** Connections that are listened to: one may come several times. */
  readonly #known = new WeakSet<Socket>();

  /**
   * @param path of the unix socket, which an earlier primary may have left behind
   * @param maxConnections how many may wait; above it the oldest is closed
   */
  constructor(path: string, handOver: HandOver, maxConnections = defaultMaxConnections) {
    this.#handOver = handOver;
    this.#maxConnections = maxConnections;
    rmSync(path, { force: true });
    this.#server = net.createServer(
      { pauseOnConnect: true },
      guarded('a waiting connection', (connection: Socket) => this.add(connection)),
    );
    this.#server.listen({ path, backlog });
    this.#timer = every(checkEveryMs, 'the waiting room', () => this.#closeAbandoned());
  }

  /** Also takes a connection that was handed to a worker which exited before it confirmed it. */
  add(connection: Socket): void {
    if (!this.#known.has(connection)) this.#welcome(connection);
    after(graceMs, 'a waiting connection', () => {
      if (connection.destroyed || this.#handOver(connection)) return;
      this.#waiting.add(connection);
      if (this.#waiting.size > this.#maxConnections) this.#closeOldest();
    });
  }

  #welcome(connection: Socket): void {
    this.#known.add(connection);
    on(connection, 'error', 'a waiting connection', () => {});
    once(connection, 'close', 'a waiting connection', () => this.#waiting.delete(connection));
    connection.setKeepAlive(true, probeAfterMs);
  }

  /** A worker has become ready. */
  handOverAll(): void {
    for (const connection of this.#waiting) if (this.#handOver(connection)) this.#waiting.delete(connection);
  }

  /** Closes the socket and every connection that waits. */
  close(): void {
    clearInterval(this.#timer);
    this.#server.close();
    for (const connection of this.#waiting) connection.destroy();
  }

  #closeOldest(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    oldest.destroy();
  }

  /**
   * A paused socket is not watched, so it never learns that its client has gone. An empty write reads nothing and sends
   * nothing, but fails if the other end is closed (4000 of them take 14 ms). A half-closed client still waits, and stays.
   */
  #closeAbandoned(): void {
    for (const connection of this.#waiting) connection.write('');
  }
}
