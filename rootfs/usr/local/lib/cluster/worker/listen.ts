// What listen() means in a worker: the app's own HTTP server is bound to the slot's unix socket, whatever it asked for.
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import net, { type ListenOptions, type Socket } from 'node:net';
import http from '../lean-http.ts';
import { log } from '../log.ts';
import { workerKeepsMs } from '../upstream-keep-alive.ts';
import { listenOn } from './acceptors.ts';
import { Connections, identifyClients, type Origin } from './client-address.ts';

/** A full queue is an instant 502 for the client. Node's default of 511 overflowed at 800 connections on a blocked worker. */
const backlog = 4096;
/** So long a server on another port than PORT waits for one on PORT: an app's metrics may well listen first. */
const settleMs = 300;

export interface Listener {
  /** The server that the slot leads to. */
  readonly server: Server;
  readonly connections: Connections;
  /** The port that the app asked for. */
  readonly port: number;
  /** We listen for the app, since it exported something; its own listen() goes before. */
  readonly isExported: boolean;
  /** Serves a connection that was made elsewhere; of one from nginx, one request. */
  readonly adopt: (connection: Socket) => void;
  /** Its connections come from elsewhere from now on, and have addresses of their own. */
  readonly forgetClients: () => void;
}

export interface ListenOptionsOfWorker {
  /** Path of the slot's socket. */
  readonly socket: string;
  /** See WorkerConfiguration: for the first server. One that takes over from it opens a socket of its own. */
  readonly descriptors: readonly number[];
  /** What the app was told in PORT. */
  readonly port: number;
  readonly origin: Origin;
  /** The slot leads to this worker. Called once. */
  readonly onReady: () => void;
  /** Called for each request that comes. */
  readonly onRequest: () => void;
  /** The app does what cannot work here. `why` says what, and what to do instead. */
  readonly onRefused: (why: string) => void;
}

/** Intercepts every listen() of this process. */
export class Interception {
  readonly #options: ListenOptionsOfWorker;
  readonly #listen = net.Server.prototype.listen;
  readonly #exported = new WeakSet<net.Server>();
  #descriptors: readonly number[];
  #main: Listener | undefined;
  #isReady = false;
  #settling: NodeJS.Timeout | undefined;
  #sockets = 0;

  constructor(options: ListenOptionsOfWorker) {
    this.#options = options;
    this.#descriptors = options.descriptors;
    const interception = this;
    net.Server.prototype.listen = function listen(this: net.Server, ...args: unknown[]): net.Server {
      return interception.#intercept(this, args);
    };
  }

  /** The server that answers for the app, once there is one. */
  get main(): Listener | undefined {
    return this.#main;
  }

  /** Tells that a server is one that we start for an app that exported something. */
  expectExport(server: Server): void {
    this.#exported.add(server);
  }

  #intercept(server: net.Server, args: unknown[]): net.Server {
    const { options, callback } = normalise(args);
    const { port: asked, path } = options;
    if (asked === undefined && path === undefined) return Reflect.apply(this.#listen, server, args);
    const port = Number(asked ?? 0);
    const isMine = path !== undefined || port !== 0; // port 0 is never the app: somebody's throw-away server

    if (server instanceof http.Server && isMine) {
      if (this.#takesOver(server, port)) return this.#bindMain(server, options, callback, port || this.#options.port);
      if (port !== 0 && port === this.#main?.port) return this.#bindAlias(server, options, callback);
    }
    const secure = describeSecure(server);
    if (secure !== undefined && isMine && this.#main === undefined) {
      this.#options.onRefused(
        `it opens an ${secure} server on port ${port}, but TLS and HTTP/2 end at nginx here: create it with http.createServer()`,
      );
    }
    if (port !== 0) {
      log(`port ${port} is a further port of the app, shared by all workers`);
      return this.#call(server, { ...options, reusePort: true, exclusive: true }, callback);
    }
    return this.#call(server, { ...options, exclusive: true }, callback);
  }

  /** The first server is the app's; one on PORT goes before one on another port; the app's own before our export. */
  #takesOver(server: Server, port: number): boolean {
    const main = this.#main;
    if (main === undefined) return true;
    return (
      (main.isExported && !this.#exported.has(server)) ||
      (main.port !== this.#options.port && port === this.#options.port)
    );
  }

  #bindMain(server: Server, options: ListenOptions, callback: Callback | undefined, port: number): net.Server {
    const earlier = this.#main;
    const connections = new Connections(this.#options.onRequest);
    const { origin } = this.#options;
    const forgetClients = identifyClients(server, connections, origin);
    const adopt = (connection: Socket) => {
      // nginx knows it by the name of a slot that by now leads elsewhere.
      if (origin.isBehindNginx) connections.keepNoLonger(connection);
      server.emit('connection', connection);
    };
    this.#main = { server, connections, port, isExported: this.#exported.has(server), adopt, forgetClients };
    const descriptors = this.#descriptors;
    const temporary = descriptors.length === 0 ? this.#privateSocket() : undefined;
    pretendAddress(server, options, port);
    holdKeepAlive(server);
    server.prependOnceListener('listening', () => {
      if (temporary !== undefined) renameSync(temporary, this.#options.socket);
      if (typeof options.path === 'string') linkFrom(options.path, this.#options.socket);
      if (earlier !== undefined) this.#giveBackPort(earlier, port);
      this.#becomeReady(port === this.#options.port ? 0 : settleMs);
    });
    if (temporary !== undefined) return this.#call(server, toSocket(options, temporary), callback);
    listenOn(descriptors, server, this.#listen, backlog, options, callback);
    this.#descriptors = [];
    return server;
  }

  /** `localhost` is bound twice by Fastify (127.0.0.1 and ::1): the second one gets a socket that nobody calls. */
  #bindAlias(server: Server, options: ListenOptions, callback: Callback | undefined): net.Server {
    pretendAddress(server, options, Number(options.port));
    const path = this.#privateSocket();
    server.once('listening', () => rmSync(path, { force: true }));
    return this.#call(server, toSocket(options, path), callback);
  }

  /** A server that listened first, on another port, was not the app after all: it gets the port that it asked for. */
  #giveBackPort({ server, port, isExported, forgetClients }: Listener, takenBy: number): void {
    server.closeIdleConnections();
    if (isExported || port === takenBy) return;
    forgetClients();
    log(`port ${takenBy} is PORT: its server answers for the app, the one on port ${port} gets its own port`);
    const forwarder = net.createServer((socket) => server.emit('connection', socket));
    this.#call(forwarder, { port, reusePort: true, exclusive: true }, undefined);
    forwarder.unref();
  }

  #becomeReady(afterMs: number): void {
    clearTimeout(this.#settling);
    if (this.#isReady) return;
    this.#settling = setTimeout(() => {
      this.#isReady = true;
      this.#options.onReady();
    }, afterMs);
  }

  #privateSocket(): string {
    this.#sockets += 1;
    return `${this.#options.socket}.${process.pid}.${this.#sockets}.sock`;
  }

  #call(server: net.Server, options: ListenOptions, callback: Callback | undefined): net.Server {
    return Reflect.apply(this.#listen, server, callback === undefined ? [options] : [options, callback]);
  }
}

type Callback = () => void;

/** listen()'s many forms as one. No port and no path: a handle or a file descriptor, which is left alone. */
export function normalise(args: readonly unknown[]): { options: ListenOptions; callback: Callback | undefined } {
  const callback = args.findLast((arg) => typeof arg === 'function') as Callback | undefined;
  const [first, second, third] = args.filter((arg) => typeof arg !== 'function' && arg !== undefined && arg !== null);
  if (typeof first === 'object' && first !== null) {
    const options = first as ListenOptions & { fd?: number; handle?: unknown; _handle?: unknown };
    if (options.fd !== undefined || options.handle !== undefined || options._handle !== undefined)
      return { options: {}, callback };
    // listen({ port: undefined }) means any port, as listen() does.
    return { options: options.path === undefined ? { ...options, port: options.port ?? 0 } : options, callback };
  }
  if (typeof first === 'string' && !isPort(first)) return { options: { path: first }, callback };
  const options: ListenOptions = { port: Number(first ?? 0) };
  if (typeof second === 'string') options.host = second;
  return { options: typeof third === 'number' ? { ...options, backlog: third } : options, callback };
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Options of our own for a unix socket. The app's port has to go: `{ path, port: undefined }` would mean port 0. */
function toSocket({ signal }: ListenOptions, path: string): ListenOptions {
  return { path, backlog, exclusive: true, ...(signal === undefined ? {} : { signal }) };
}

/** Apps log what they listen on: they are told what they asked for. */
function pretendAddress(server: net.Server, { host, path }: ListenOptions, port: number): void {
  const address = host === undefined ? '::' : host === 'localhost' ? '127.0.0.1' : host;
  const asked = path ?? { address, family: net.isIPv4(address) ? 'IPv4' : 'IPv6', port };
  server.address = () => (server.listening ? asked : null);
}

/** Whatever the app or its framework sets, before or after: never shorter than ours. */
function holdKeepAlive(server: Server): void {
  let current = Math.max(server.keepAliveTimeout, workerKeepsMs);
  Object.defineProperty(server, 'keepAliveTimeout', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (wanted: number) => {
      current = Math.max(wanted, workerKeepsMs);
    },
  });
}

/** An app that listens on a unix path of its own may chmod it, or tell others of it. */
function linkFrom(path: string, socket: string): void {
  try {
    rmSync(path, { force: true });
    symlinkSync(socket, path);
  } catch (error) {
    log(
      `${path}, where the app wanted to listen, cannot be linked to its socket (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function describeSecure(server: net.Server): string | undefined {
  // Every server over TLS inherits this from tls.Server, whose module would cost 6 ms to load.
  if ('setSecureContext' in server) return 'HTTPS or secure HTTP/2';
  // http2's plain server is not exported as a class.
  return server.constructor.name === 'Http2Server' ? 'HTTP/2' : undefined;
}
