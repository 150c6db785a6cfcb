// The worker's own socket, to which its slot leads. It stays open as long as the worker lives, whatever servers the app
// opens and closes; what it accepts goes to the one that is served.
//
// Node accepts one connection a turn of the event loop by each descriptor, and a turn is as long as all requests that are
// handled in it: where they take computing, clients wait for seconds to be accepted, while those that were accepted are
// served again and again. So the worker has several descriptors of its socket (docs/performance.md has the figures).
import { AsyncLocalStorage } from 'node:async_hooks';
import { renameSync } from 'node:fs';
import net, { type Server, type Socket } from 'node:net';

/** A full queue is an instant 502 for the client. Node's default of 511 overflowed at 800 connections on a blocked worker. */
const backlog = 4096;

/** libuv's side of a server that listens: Node's class `Pipe`, which it does not export. Its errors are negative numbers. */
interface Handle {
  readonly constructor: new (type: number) => Handle;
  readonly bind: (path: string) => number;
  readonly open: (descriptor: number) => number;
  readonly listen: (backlog: number) => number;
  readonly unref: () => void;
  /** Called for each connection that was accepted. */
  onconnection: (this: Handle, error: number, connection?: { close(): void }) => void;
  close: (done?: () => void) => void;
}

/** Node's own number for a `Pipe` that is to listen. */
const listeningPipe = 1;

export class SlotSocket {
  readonly #path: string;
  readonly #descriptors: readonly number[];
  readonly #onUnserved: (connection: Socket) => void;
  #isOpen = false;
  #deliver: ((error: number, connection?: { close(): void }) => void) | undefined;

  /**
   * @param path of the socket
   * @param descriptors of this socket, bound by the primary; none: it is bound here
   * @param onUnserved gets each connection, unread, that comes while no server is served
   */
  constructor(path: string, descriptors: readonly number[], onUnserved: (connection: Socket) => void) {
    this.#path = path;
    this.#descriptors = descriptors;
    this.#onUnserved = onUnserved;
  }

  /**
   * Prepares a server that has just begun to listen on a private socket of its own: no connection comes by that.
   * @returns has the connections of the slot delivered to it, in the async context of this call. They are the server's:
   *   counted by it, and waited for by its close()
   */
  prepare(server: Server): () => void {
    const own = handleOf(server);
    if (own === null) return () => {}; // closed by its signal, or about to emit an error
    const accept = own.onconnection;
    const inThisContext = AsyncLocalStorage.snapshot();
    own.onconnection = (_error, connection) => connection?.close();
    return () => {
      this.#deliver = (error, connection) => inThisContext(() => accept.call(own, error, connection));
      this.#open(own);
    };
  }

  /** No server is served any more. */
  deliverToNone(): void {
    this.#deliver = undefined;
  }

  #open({ constructor: Pipe }: Handle): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (this.#descriptors.length === 0) this.#bind(new Pipe(listeningPipe));
    for (const descriptor of this.#descriptors) {
      const handle = new Pipe(listeningPipe);
      this.#listen(handle, handle.open(descriptor));
    }
  }

  /** At a temporary path first: nobody finds a socket that does not listen yet. */
  #bind(handle: Handle): void {
    const temporary = `${this.#path}.${process.pid}`;
    this.#listen(handle, handle.bind(temporary));
    renameSync(temporary, this.#path);
  }

  #listen(handle: Handle, opened: number): void {
    handle.onconnection = (error, connection) => {
      if (this.#deliver !== undefined) this.#deliver(error, connection);
      else if (connection !== undefined) this.#onUnserved(unread(connection));
    };
    const error = opened || handle.listen(backlog);
    if (error !== 0) throw new Error(`cannot listen on ${this.#path}: libuv error ${error}`);
    // Whether the process keeps running is for the app's server to say.
    handle.unref();
  }
}

/** libuv's side of a server; null where it does not listen. */
export function handleOf(server: Server): Handle | null {
  return (server as Server & { _handle: Handle | null })._handle;
}

function unread(handle: { close(): void }): Socket {
  return new net.Socket({ handle, pauseOnCreate: true } as unknown as net.SocketConstructorOpts);
}
