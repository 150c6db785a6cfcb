// NGINX=off: the primary opens PORT, and hands each connection to a worker, unread. So the port stays open, and loses
// nothing, whichever workers come and go; a socket that each worker opens by itself would lose what waits in it
// (SO_REUSEPORT: 62 of 68 replacements). A connection costs some 0.1 ms more, a request on a kept one nothing.
import net, { type Socket } from 'node:net';
import { errors } from '../errors.ts';
import type { HandOver } from './waiting-room.ts';

/** As nginx has it. */
const backlog = 4096;

export class FrontDoor {
  readonly #server: net.Server;
  readonly #port: number;
  #isOpen = false;

  /** @param wait what becomes of a connection while no worker serves @param onError the port cannot be opened */
  constructor(port: number, handOver: HandOver, wait: (connection: Socket) => void, onError: (error: Error) => void) {
    this.#port = port;
    this.#server = net.createServer({ pauseOnConnect: true, noDelay: true }, (connection) => {
      if (!handOver(connection)) wait(connection);
    });
    this.#server.on('error', (error: NodeJS.ErrnoException) =>
      onError(errors.portNotOpened(port, error.code ?? error.message)),
    );
  }

  /** A worker is ready. Called any number of times. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#server.listen({ port: this.#port, backlog });
  }

  /** Nobody comes in any more. */
  close(): void {
    this.#server.close();
  }
}
