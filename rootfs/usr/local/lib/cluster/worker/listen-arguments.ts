// The many forms of server.listen() as one, by the rules of Node itself. https://nodejs.org/api/net.html#serverlisten
import net, { type ListenOptions } from 'node:net';

export type ListenCallback = () => void;

export interface ListenArguments {
  /** With a port (0: any) or a path; with neither for a descriptor or a handle, and for what Node refuses. */
  readonly options: ListenOptions;
  readonly callback: ListenCallback | undefined;
  /** The app has opened the socket itself: `listen({ fd })`, a handle, a `net.BoundSocket`. */
  readonly isDescriptor: boolean;
  /** Node throws: a port that is none, neither port nor path. */
  readonly isRefused: boolean;
}

export function parseListenArguments(args: readonly unknown[]): ListenArguments {
  const last = args.at(-1);
  const callback = typeof last === 'function' ? (last as ListenCallback) : undefined;
  const [first, second, third] = args;
  if (typeof first === 'object' && first !== null) {
    return opensDescriptor(first)
      ? { options: {}, callback, isDescriptor: true, isRefused: false }
      : { ...parseOptions(first as ListenOptions), callback, isDescriptor: false };
  }
  const backlog = [second, third].find((value) => typeof value === 'number');
  const options = {
    ...(isPath(first) ? { path: first } : { port: (typeof first === 'function' ? undefined : first) as number }),
    ...(typeof second === 'string' ? { host: second } : {}),
    ...(backlog === undefined ? {} : { backlog }),
  };
  return { ...parseOptions(options), callback, isDescriptor: false };
}

/** A port goes before a path, and a path that is no text is none: frameworks hand on all options that they know. */
function parseOptions(given: ListenOptions): Pick<ListenArguments, 'options' | 'isRefused'> {
  const { port: asked, path, ...others } = given as ListenOptions & { port?: unknown; path?: unknown };
  // listen({ port: undefined }) means any port, as listen() does.
  const port = asked === null || (asked === undefined && 'port' in given) ? 0 : asked;
  if (typeof port === 'number' || typeof port === 'string') {
    return { options: { ...others, port: Number(port) }, isRefused: !isPort(port) };
  }
  return isPath(path) ? { options: { ...others, path }, isRefused: false } : { options: others, isRefused: true };
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && !(Number(value) >= 0);
}

function isPort(value: number | string): boolean {
  const port = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function opensDescriptor(first: object): boolean {
  const { fd, handle, _handle } = first as { fd?: unknown; handle?: unknown; _handle?: unknown };
  // A handle, of another server for instance, has a function of this name.
  const isHandle = typeof (first as { getAsyncId?: unknown }).getAsyncId === 'function';
  return (
    (typeof fd === 'number' && fd >= 0) || isObject(handle) || isObject(_handle) || isHandle || isBoundSocket(first)
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** New in Node 26. */
function isBoundSocket(first: object): boolean {
  const { BoundSocket } = net as unknown as { BoundSocket?: new () => object };
  return BoundSocket !== undefined && first instanceof BoundSocket;
}
