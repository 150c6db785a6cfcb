// NGINX=off: the primary opens PORT, and hands each connection to a worker, unread. So the port stays open and loses
// nothing, whichever workers come and go; a socket that each worker opens by itself would lose the connections that wait
// in it (SO_REUSEPORT: 62 of 68 replacements). A connection costs some 0.1 ms more, a request on a kept one nothing.
import net, { type Socket } from 'node:net';
import { type ClusterError, errors } from '../errors.ts';
import { guarded, on } from '../guarded.ts';
import type { HandOver } from './waiting-room.ts';

/** As nginx's. */
const backlog = 4096;

export class FrontDoor {
  readonly #server: net.Server;
  readonly #port: number;
  #isOpen = false;

  /**
   * @param wait takes a connection while no worker is ready
   * @param onError the port cannot be opened
   */
  constructor(
    port: number,
    handOver: HandOver,
    wait: (connection: Socket) => void,
    onError: (error: ClusterError) => void,
  ) {
    this.#port = port;
    this.#server = net.createServer(
      { pauseOnConnect: true, noDelay: true },
      guarded('a connection of a client', (connection: Socket) => {
        if (!handOver(connection)) wait(connection);
      }),
    );
    on(this.#server, 'error', 'opening PORT', (error: NodeJS.ErrnoException) =>
      onError(errors.portNotOpened(port, error.code ?? error.message)),
    );
  }

  /** A worker is ready. Called any number of times. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#server.listen({ port: this.#port, backlog });
  }

  /** Accepts no more connections. */
  close(): void {
    this.#server.close();
  }
}
