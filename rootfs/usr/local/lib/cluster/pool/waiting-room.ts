// Where connections wait while no worker is ready: the slots' sockets lead here then, and nginx connects here when a slot
// refuses. The first worker that is ready gets them, unread. The primary only holds them: otherwise each connection would
// be refused, and each request a 502.
import { rmSync } from 'node:fs';
import net, { type Socket } from 'node:net';

/** As a worker's: what nginx may connect at once. */
const backlog = 4096;

/** A connection that comes here was refused by a worker that has just exited: the primary may take this long to know. */
const graceMs = 100;

/** Gives a connection to a worker that is ready. @returns false if there is none */
export type HandOver = (connection: Socket) => boolean;

export class WaitingRoom {
  readonly #handOver: HandOver;
  readonly #waiting = new Set<Socket>();

  /** @param path of the unix socket, which an earlier primary may have left behind */
  constructor(path: string, handOver: HandOver) {
    this.#handOver = handOver;
    rmSync(path, { force: true });
    net.createServer({ pauseOnConnect: true }, (connection) => this.add(connection)).listen({ path, backlog });
  }

  /** Also takes a connection that was handed to a worker which has exited before it had it. */
  add(connection: Socket): void {
    connection.on('error', () => {});
    setTimeout(() => {
      if (!this.#handOver(connection)) this.#waiting.add(connection);
    }, graceMs);
  }

  /** A worker has become ready. */
  handOverAll(): void {
    for (const connection of this.#waiting) if (this.#handOver(connection)) this.#waiting.delete(connection);
  }
}
