// What the app binds beside its HTTP server: further ports, unix sockets, UDP. Every worker runs the same code, so each of
// these is asked for once a worker: the kernel shares it between them where it can, and worker 0 has it where it cannot.
import dgram from 'node:dgram';
import { errorMonitor } from 'node:events';
import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import net, { type ListenOptions } from 'node:net';
import { log, logWarning } from '../log.ts';
import type { ListenCallback } from './listen-arguments.ts';
import { type Address, addressInUse, type OwnAddresses } from './own-addresses.ts';

export interface OtherBindingsOptions {
  readonly slot: number;
  readonly port: number;
  readonly adminPort: number;
  readonly onHint: (hint: string) => void;
}

/** How long an HTTP server may follow one that cannot be served, before the log says what is being waited for. */
const hintAfterMs = 2000;
/** A server that is closed within this time was a probe: is the port free? */
const probeMs = 1000;
const restoreEveryMs = 1000;

let vainServers = 0;
let pathServers = 0;

export class OtherBindings {
  readonly #options: OtherBindingsOptions;
  readonly #listen: typeof net.Server.prototype.listen;
  readonly #hasServed: () => boolean;
  #isHinted = false;

  /**
   * @param listen Node's own
   * @param addresses of this process
   * @param hasServed whether the app has had a server that can be served
   */
  constructor(
    options: OtherBindingsOptions,
    listen: typeof net.Server.prototype.listen,
    addresses: OwnAddresses,
    hasServed: () => boolean,
  ) {
    this.#options = options;
    this.#listen = listen;
    this.#hasServed = hasServed;
    bindUdpInEveryWorker(addresses);
  }

  /** @param options with a port or a path */
  listen(server: net.Server, options: ListenOptions, callback: ListenCallback | undefined): net.Server {
    if (options.path !== undefined) return this.#listenOnPath(server, options, options.path, callback);
    const port = Number(options.port);
    if (port === 0) return this.#call(server, { ...options, exclusive: true }, callback);
    const secure = describeSecure(server);
    if (secure !== undefined) this.#hint(secure, port);
    if (port === this.#options.port && secure === undefined) return this.#listenInVain(server, options, callback);
    if (this.#options.slot === 0)
      whileListening(server, () => log(`port ${port} is a further port of the app, shared by all workers`));
    return this.listenOnPort(server, options, callback);
  }

  /**
   * On PORT, which nginx has: most often to find out whether the port is free, right before an HTTP server listens there.
   * The server listens where nobody connects.
   */
  #listenInVain(server: net.Server, options: ListenOptions, callback?: ListenCallback): net.Server {
    const { host = '::' } = options;
    const { port } = this.#options;
    server.address = () =>
      server.listening ? { address: host, family: net.isIPv4(host) ? 'IPv4' : 'IPv6', port } : null;
    whileListening(server, () =>
      logWarning(
        `port ${port} is PORT, which is for HTTP: nobody can connect to the app's other server there. Give it a port of its own.`,
      ),
    );
    vainServers += 1;
    const { signal } = options;
    const privately = { path: `\0cluster-vain-${process.pid}-${vainServers}`, exclusive: true };
    return this.#call(server, { ...privately, ...(signal === undefined ? {} : { signal }) }, callback);
  }

  /** On a port that every worker has. */
  listenOnPort(server: net.Server, options: ListenOptions, callback: ListenCallback | undefined): net.Server {
    const port = Number(options.port);
    // Only watches: without a listener of the app's own the error ends the process, as in plain Node.
    server.on(errorMonitor, (error: NodeJS.ErrnoException) => this.#explainTaken(error, port));
    return this.#call(server, { ...options, reusePort: true, exclusive: true }, callback);
  }

  /**
   * A path leads to one worker: worker 0, which takes it over from the worker that it replaces, or the first one that finds
   * it free. It stays where a worker that ends, or the next one that starts, removes it, as many apps do.
   */
  #listenOnPath(server: net.Server, options: ListenOptions, path: string, callback?: ListenCallback): net.Server {
    if (path.startsWith('\0') || !isSocketOrFree(path))
      return this.#call(server, { ...options, exclusive: true }, callback);
    pathServers += 1;
    const temporary = `${path}.${process.pid}${pathServers === 1 ? '' : `-${pathServers}`}`;
    server.prependOnceListener('listening', () => {
      const isTaken = exists(path);
      if (this.#options.slot === 0 || !isTaken) linkTo(temporary, path);
      else log(`${path} belongs to worker 0: nobody can connect to worker ${this.#options.slot} there`);
      const own = inodeOf(temporary);
      const timer = setInterval(() => {
        if (server.listening && !exists(path)) linkTo(temporary, path);
      }, restoreEveryMs).unref();
      server.once('close', () => {
        clearInterval(timer);
        // As Node does; but not what another worker has taken over.
        if (inodeOf(path) === own) rmSync(path, { force: true });
      });
    });
    const address = server.address.bind(server);
    server.address = () => (address() === null ? null : path);
    server.prependOnceListener(errorMonitor, (error: NodeJS.ErrnoException & { address?: string }) => {
      error.message = error.message.replaceAll(temporary, path);
      error.stack = error.stack?.replaceAll(temporary, path) ?? error.message;
      if (error.address === temporary) error.address = path;
    });
    return this.#call(server, { ...options, path: temporary, exclusive: true }, callback);
  }

  #explainTaken({ code, syscall }: NodeJS.ErrnoException, port: number): void {
    if (code !== 'EADDRINUSE' || syscall !== 'listen') return;
    const { adminPort } = this.#options;
    if (port === adminPort) {
      logWarning(`port ${port} is ADMIN_PORT of this image. Set ADMIN_PORT to another port, or to off.`);
    }
  }

  /** Not an error at once: its HTTP server may follow, as in a Nest app with a gRPC microservice. */
  #hint(secure: string, port: number): void {
    if (this.#isHinted) return;
    this.#isHinted = true;
    const what = `it opens an ${secure} server on port ${port}, but TLS and HTTP/2 end at nginx here: create it with http.createServer()`;
    this.#options.onHint(what);
    setTimeout(() => {
      if (this.#hasServed() || this.#options.slot > 0) return;
      logWarning(`waiting for an HTTP server: ${what}. A gRPC server needs one beside it.`);
    }, hintAfterMs).unref();
  }

  #call(server: net.Server, options: ListenOptions, callback: ListenCallback | undefined): net.Server {
    return Reflect.apply(this.#listen, server, callback === undefined ? [options] : [options, callback]);
  }
}

/** @param then is called when the server still listens after a moment: it is no probe */
function whileListening(server: net.Server, then: () => void): void {
  server.once('listening', () => {
    setTimeout(() => {
      if (server.listening) then();
    }, probeMs).unref();
  });
}

/** Another name for a socket, in place of whatever has that name. */
function linkTo(socket: string, name: string): void {
  const temporary = `${socket}.link`;
  try {
    rmSync(temporary, { force: true });
    linkSync(socket, temporary);
    renameSync(temporary, name);
  } catch (error) {
    logWarning(`${name} cannot be made to lead to the app's server (${(error as NodeJS.ErrnoException).code})`);
  }
}

function exists(path: string): boolean {
  return inodeOf(path) !== undefined;
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

function isSocketOrFree(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function describeSecure(server: net.Server): string | undefined {
  // Every server over TLS inherits this from tls.Server, whose module would cost 6 ms to load.
  if ('setSecureContext' in server) return 'HTTPS or secure HTTP/2';
  // http2's plain server is not exported as a class.
  return server.constructor.name === 'Http2Server' ? 'HTTP/2 (gRPC)' : undefined;
}

/** Where Node keeps what a UDP socket was created with; it reads `reusePort` when the socket is bound. */
interface UdpState {
  /** 0: it is not bound yet. */
  bindState?: number;
  reuseAddr?: boolean;
  reusePort?: boolean;
}

/**
 * A worker of node:cluster would ask its primary to bind, and here is none of node:cluster's. A socket that has not asked
 * for an address of several (reuseAddr, as for multicast) is shared with the other workers by the kernel.
 */
function bindUdpInEveryWorker(addresses: OwnAddresses): void {
  const { bind } = dgram.Socket.prototype;
  dgram.Socket.prototype.bind = function bindInWorker(this: dgram.Socket, ...args: unknown[]): dgram.Socket {
    const [first, second] = args;
    const callback = args.findLast((arg) => typeof arg === 'function');
    const rest = callback === undefined ? [] : [callback];
    if (typeof first === 'object' && first !== null) {
      const options = first as { port?: number; address?: string; recvStart?: unknown };
      if (options.recvStart !== undefined) return Reflect.apply(bind, this, args);
      if (options.port && !shareUdpPort(this, addresses, options.port, options.address)) return this;
      return Reflect.apply(bind, this, [{ ...options, exclusive: true }, ...rest]);
    }
    const port = typeof first === 'number' || typeof first === 'string' ? Number(first) : 0;
    const address = typeof second === 'string' ? second : undefined;
    if (port !== 0 && !shareUdpPort(this, addresses, port, address)) return this;
    return Reflect.apply(bind, this, [
      { port, exclusive: true, ...(address === undefined ? {} : { address }) },
      ...rest,
    ]);
  } as typeof bind;
}

/** @returns false where another socket of this process has the port: the error is emitted, as by Node */
function shareUdpPort(socket: dgram.Socket, addresses: OwnAddresses, port: number, host?: string): boolean {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const state = symbol === undefined ? undefined : (socket as unknown as Record<symbol, UdpState>)[symbol];
  // Several sockets may have such an address, of this process, too; and Node refuses to bind a socket twice.
  if (state === undefined || state.reuseAddr === true || state.bindState !== 0) return true;
  const isIPv6 = (socket as unknown as { type: string }).type === 'udp6';
  const address: Address = { kind: 'udp', port, host: host || (isIPv6 ? '::' : '0.0.0.0') };
  if (state.reusePort !== true && addresses.isTaken(address)) {
    process.nextTick(() => socket.emit('error', addressInUse(address)));
    return false;
  }
  state.reusePort = true;
  let isHeld = true;
  const release = () => {
    isHeld = false;
  };
  socket.once('close', release);
  socket.once(errorMonitor, () => {
    if (state.bindState === 0) release();
  });
  addresses.holdWhile(address, () => isHeld);
  return true;
}
