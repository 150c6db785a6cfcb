// How many connections a worker accepts in a turn of its event loop. Node accepts one by each descriptor that it listens on,
// and a turn is as long as all requests that are answered in it: where they take computing, clients wait for seconds to be
// accepted, while those that were accepted are answered again and again. So a worker has several descriptors of its socket.
import type { ListenOptions, Server } from 'node:net';
import { asPrimary } from './node-cluster.ts';

/** libuv's side of a server that listens: Node's class `Pipe`, which it does not export. Its errors are negative numbers. */
interface Handle {
  readonly constructor: new (type: number) => Handle;
  readonly open: (descriptor: number) => number;
  readonly listen: (backlog: number) => number;
  readonly unref: () => void;
  /** Called for each connection that was accepted. */
  onconnection: (error: number, connection: unknown) => void;
  close: (done?: () => void) => void;
}

/** Node's own number for a `Pipe` that is to listen. */
const server = 1;

/**
 * Listens as `server.listen(options)` does, but accepts by each of the descriptors. Whichever a connection comes by, it is
 * the server's: counted by it, waited for by its close(), and in the async context of this call.
 * @param descriptors of one and the same socket, which is bound already; at least one
 * @param listen Node's own listen()
 * @param backlog how many connections may wait to be accepted
 * @param options may have a `signal`
 */
export function listenOn(
  [first, ...further]: readonly number[],
  app: Server,
  listen: Server['listen'],
  backlog: number,
  { signal }: Pick<ListenOptions, 'signal'>,
  callback: (() => void) | undefined,
): void {
  const options = { fd: first, ...(signal === undefined ? {} : { signal }) };
  asPrimary(() => Reflect.apply(listen, app, [options, backlog, ...(callback === undefined ? [] : [callback])]));
  const own = (app as Server & { _handle: Handle | null })._handle;
  if (own === null) return; // it has been closed by the signal, or emits an error
  // No further servers: the app's would be closed while they still answer, and whoever observes listen() would see them.
  const others = further.map((descriptor) => acceptFor(own, descriptor, backlog));
  const { close } = own;
  own.close = (...args) => {
    for (const handle of others) handle.close();
    close.apply(own, args);
  };
}

function acceptFor(own: Handle, descriptor: number, backlog: number): Handle {
  const handle = new own.constructor(server);
  handle.onconnection = (error, connection) => own.onconnection(error, connection);
  const error = handle.open(descriptor) || handle.listen(backlog);
  if (error !== 0) throw new Error(`the worker cannot listen on its descriptor ${descriptor}: libuv's error ${error}`);
  // Whether the server keeps the process running is for its own handle to say.
  handle.unref();
  return handle;
}
