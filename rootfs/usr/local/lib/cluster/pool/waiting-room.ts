// Where connections wait while no worker serves: the slots' sockets lead here then, and whoever is ready first is handed
// what waits, unread. The primary only holds them: without it they would be refused, each of them a 502.
import { rmSync } from 'node:fs';
import net, { type Socket } from 'node:net';

/** As that of a worker: what nginx may bring at once. */
const backlog = 4096;

export class WaitingRoom {
  readonly #waiting = new Set<Socket>();
  readonly #server: net.Server;
  #handOver: ((socket: Socket) => void) | undefined;

  /** @param path of the unix socket, which is taken over from whoever had it before */
  constructor(path: string) {
    rmSync(path, { force: true });
    this.#server = net.createServer({ pauseOnConnect: true }, (socket) => this.#enter(socket));
    this.#server.listen({ path, backlog });
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Some worker serves: what waits is handed over, and what comes late. */
  open(handOver: (socket: Socket) => void): void {
    this.#handOver = handOver;
    for (const socket of this.#waiting) handOver(socket);
    this.#waiting.clear();
  }

  /** No worker serves. */
  close(): void {
    this.#handOver = undefined;
  }

  #enter(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#handOver !== undefined) {
      this.#handOver(socket);
      return;
    }
    this.#waiting.add(socket);
    socket.once('close', () => this.#waiting.delete(socket));
  }
}
