// The many forms of server.listen() as one. https://nodejs.org/api/net.html#serverlisten
import net, { type ListenOptions } from 'node:net';

export type ListenCallback = () => void;

export interface ListenArguments {
  /** With a port (0: any) or a path; with neither for a descriptor or a handle, see `isDescriptor`. */
  readonly options: ListenOptions;
  readonly callback: ListenCallback | undefined;
  /** The app has opened the socket itself: `listen({ fd })`, a handle, a `net.BoundSocket`. */
  readonly isDescriptor: boolean;
}

export function parseListenArguments(args: readonly unknown[]): ListenArguments {
  const callback = args.findLast((arg) => typeof arg === 'function') as ListenCallback | undefined;
  const [first, second, third] = args.filter((arg) => typeof arg !== 'function' && arg !== undefined && arg !== null);
  if (typeof first === 'object' && first !== null) {
    if (opensDescriptor(first)) return { options: {}, callback, isDescriptor: true };
    const options = first as ListenOptions;
    // listen({ port: undefined }) means any port, as listen() does.
    const withPort = options.path === undefined ? { ...options, port: options.port ?? 0 } : options;
    return { options: withPort, callback, isDescriptor: false };
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) {
    return { options: { path: first }, callback, isDescriptor: false };
  }
  const options: ListenOptions = { port: Number(first ?? 0) };
  if (typeof second === 'string') options.host = second;
  return {
    options: typeof third === 'number' ? { ...options, backlog: third } : options,
    callback,
    isDescriptor: false,
  };
}

function opensDescriptor(first: object): boolean {
  const { fd, handle, _handle } = first as { fd?: unknown; handle?: unknown; _handle?: unknown };
  // A handle, of another server for instance, has a function of this name.
  const isHandle = typeof (first as { getAsyncId?: unknown }).getAsyncId === 'function';
  return typeof fd === 'number' || handle !== undefined || _handle !== undefined || isHandle || isBoundSocket(first);
}

/** New in Node 26. */
function isBoundSocket(first: object): boolean {
  const { BoundSocket } = net as unknown as { BoundSocket?: new () => object };
  return BoundSocket !== undefined && first instanceof BoundSocket;
}
