// Where connections wait while no worker serves: the slots' sockets lead here then, and nginx asks here when a slot
// refuses. Whoever is ready first is handed what waits, unread. The primary only holds it: without it each connection
// would be refused, and each request a 502.
import { rmSync } from 'node:fs';
import net, { type Socket } from 'node:net';

/** As that of a worker: what nginx may bring at once. */
const backlog = 4096;

/** Who comes here was sent away by a worker that has just died: so long its death may take to be noticed. */
const graceMs = 100;

/** Gives a connection to a worker that serves. @returns false where there is none */
export type HandOver = (connection: Socket) => boolean;

export class WaitingRoom {
  readonly #handOver: HandOver;
  readonly #waiting = new Set<Socket>();

  /** @param path of the unix socket, which is taken over from whoever had it before */
  constructor(path: string, handOver: HandOver) {
    this.#handOver = handOver;
    rmSync(path, { force: true });
    net.createServer({ pauseOnConnect: true }, (connection) => this.enter(connection)).listen({ path, backlog });
  }

  /** Also for a connection that was handed to a worker which has not taken it. */
  enter(connection: Socket): void {
    connection.on('error', () => {});
    setTimeout(() => {
      if (!this.#handOver(connection)) this.#waiting.add(connection);
    }, graceMs);
  }

  /** A worker has become ready. */
  call(): void {
    for (const connection of this.#waiting) if (this.#handOver(connection)) this.#waiting.delete(connection);
  }
}
