// The connections of a worker, as its drain and its reports need to know them.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class Connections {
  readonly #plain = new Set<Socket>();
  readonly #closing = new Set<Socket>();
  readonly #upgraded = new Map<Socket, string>();
  readonly #onRequest: () => void;
  /** Every response says `Connection: close`. */
  #isClosingAll = false;
  /** Connections made since the start. */
  accepted = 0;
  /** Requests since the start, upgrades included. */
  requests = 0;

  /** @param onRequest called for each request */
  constructor(onRequest: () => void) {
    this.#onRequest = onRequest;
  }

  /** Connections that are not upgraded. */
  get plain(): number {
    return this.#plain.size;
  }

  /** Counted when asked for, so that no request pays for it. */
  get inFlight(): number {
    return this.responses().length;
  }

  /** By what they were upgraded to, in lower case. */
  get upgraded(): ReadonlyMap<Socket, string> {
    return this.#upgraded;
  }

  opened(socket: Socket): void {
    this.accepted += 1;
    this.#plain.add(socket);
    socket.once('close', () => {
      this.#plain.delete(socket);
      this.#upgraded.delete(socket);
    });
  }

  requested(): void {
    this.requests += 1;
    this.#onRequest();
  }

  /** @param protocol in lower case */
  becameUpgraded(socket: Socket, protocol: string): void {
    this.#plain.delete(socket);
    this.#upgraded.set(socket, protocol);
  }

  /** Closes this connection after its next response. */
  closeAfterResponse(socket: Socket): void {
    if (this.#closing.has(socket)) return;
    this.#closing.add(socket);
    socket.once('close', () => this.#closing.delete(socket));
  }

  /** Closes each connection that there is now after its next response. */
  closeCurrent(): void {
    for (const socket of this.#plain) this.closeAfterResponse(socket);
  }

  /** @param isClosing from now on every response closes its connection, also those under way that have no head yet; or none does */
  closeAll(isClosing: boolean): void {
    this.#isClosingAll = isClosing;
    if (!isClosing) return;
    for (const [, response] of this.responses()) if (!response.headersSent) response.shouldKeepAlive = false;
  }

  /** The next response on this connection closes it. */
  isClosing(socket: Socket): boolean {
    return this.#isClosingAll || (this.#closing.size > 0 && this.#closing.has(socket));
  }

  /** Responses under way, with their connections. */
  responses(): [Socket, ServerResponse][] {
    const found: [Socket, ServerResponse][] = [];
    for (const socket of this.#plain) {
      const response = (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage;
      if (response) found.push([socket, response]);
    }
    return found;
  }
}
