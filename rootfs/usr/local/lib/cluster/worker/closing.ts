// How clients' connections are closed when the container stops or a worker is replaced: none while it is in use.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';

/** How long a client may take to send back a close frame. */
const closeFrameMs = 1000;

/**
 * nginx is about to stop: each client gets a response that closes its connection. nginx sends a request that it is told to
 * (X-Accel-Redirect) a second time, with method and body, from a location whose responses close the client's connection.
 * This costs nothing until then, unlike a check in nginx at each request (2 to 7 %).
 */
export class ClosingPhase {
  readonly #connections: Connections;
  #nonReplayablePaths: readonly string[] | undefined;
  #hasBegun = false;
  /** Responses since it began that their client did not get to the end. */
  cut = 0;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** @param nonReplayablePaths see WorkerSettings */
  begin(nonReplayablePaths: readonly string[] | undefined): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#nonReplayablePaths = nonReplayablePaths;
    for (const [, response] of this.#connections.responses()) this.countIfCut(response);
    endStreams(this.#connections);
  }

  countIfCut(response: ServerResponse): void {
    response.once('close', () => {
      if (!response.writableFinished) this.cut += 1;
    });
  }

  /** @returns whether it has responded, so that nginx sends the request again */
  redirect(request: IncomingMessage, response: ServerResponse): boolean {
    const { headers, url = '' } = request;
    if (!this.#hasBegun || this.#nonReplayablePaths === undefined) return false;
    // Only the closing location asks for the worker's connection to be closed: this is the second time.
    if (headers.connection === 'close' || this.#nonReplayablePaths.some((path) => url.startsWith(path))) return false;
    request.resume();
    response.writeHead(200, { 'X-Accel-Redirect': '@closing' }).end();
    return true;
  }
}

/** Ends what would never end by itself, so that its clients connect again: to another worker. */
export function endStreams(connections: Connections): void {
  endEventStreams(connections);
  closeUpgraded(connections);
}

/**
 * Ends server-sent events as if the client had gone, which every app can handle, but in an orderly way for the client: its
 * response is complete, so it connects again. (`response.end()` would be an error for an app that goes on writing.)
 */
function endEventStreams(connections: Connections): void {
  for (const [socket, response] of connections.responses()) {
    if (!isEventStream(response)) continue;
    if (response.chunkedEncoding) socket.write('0\r\n\r\n');
    socket.destroySoon();
  }
}

/** By the head as it was sent: writeHead() takes headers that getHeader() does not know. */
function isEventStream(response: ServerResponse & { _header?: string | null }): boolean {
  return /\r\ncontent-type: *text\/event-stream/i.test(response._header ?? '');
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
  // The client sends a frame back, and the app's library closes. If not:
  setTimeout(() => closeAllOf(upgraded), closeFrameMs).unref();
}

function closeAllOf(upgraded: ReadonlyMap<Socket, string>): void {
  for (const socket of upgraded.keys()) socket.destroy();
}
