// What listen() means in a worker: the app's own HTTP server gets the connections of the slot, whatever port it asked for;
// everything else that the app binds works as written (other-bindings.ts).
import { rmSync, symlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import net, { type ListenOptions, type Socket } from 'node:net';
import http from '../lean-http.ts';
import { log, logWarning } from '../log.ts';
import { workerKeepsMs } from '../upstream-keep-alive.ts';
import { ClosingPhase } from './closing.ts';
import { Connections } from './connections.ts';
import { type ListenCallback, parseListenArguments } from './listen-arguments.ts';
import { asPrimary } from './node-cluster.ts';
import { OtherBindings } from './other-bindings.ts';
import { addressInUse, addressOf, OwnAddresses } from './own-addresses.ts';
import {
  advanceServed,
  type Listening,
  type ServedEffect,
  type ServedEvent,
  type ServedState,
} from './served-server.ts';
import { hookRequests } from './server-hooks.ts';
import { handleOf, SlotSocket } from './slot-socket.ts';

/** How long a server on another port than the app's waits for one on the app's: metrics may well listen first. */
const settleMs = 300;

export interface ListenerOptions {
  readonly slot: number;
  /** Path of the worker's socket. */
  readonly socket: string;
  /** See WorkerConfiguration. */
  readonly descriptors: readonly number[];
  /** The port that the app is told in PORT. */
  readonly port: number;
  /** The port on which the app's own server is expected: APP_PORT, else PORT. */
  readonly appPort: number;
  /** 0: none. */
  readonly adminPort: number;
  readonly isBehindNginx: boolean;
  readonly basePath: string;
  /** A server is served: the slot may lead to this worker. Also when the app listens again. */
  readonly onReady: () => void;
  /** The served server was closed, and no other has taken its place. */
  readonly onClosed: () => void;
  readonly onRequest: () => void;
  /** A connection, unread, that came while no server was served. */
  readonly onUnserved: (connection: Socket) => void;
  /** What may be the reason where no server is served in time. */
  readonly onHint: (hint: string) => void;
}

interface Served {
  readonly deliver: () => void;
  readonly unhook: () => void;
}

/** Intercepts every listen() of this process, and serves with what the app listens with. */
export class Listener {
  readonly connections: Connections;
  readonly closing: ClosingPhase;
  readonly #options: ListenerOptions;
  readonly #listen = net.Server.prototype.listen;
  readonly #slotSocket: SlotSocket;
  readonly #others: OtherBindings;
  readonly #addresses = new OwnAddresses();
  readonly #exported = new WeakSet<net.Server>();
  /** Servers that have or had connections of the slot. */
  readonly #known = new Map<Server, Served>();
  /** Ports that servers asked for beside the served one. */
  readonly #portsBeside = new Set<number>();
  #state: ServedState<Server> = { name: 'none' };
  #settling: NodeJS.Timeout | undefined;
  #isWarned = false;
  #privateSockets = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.connections = new Connections(options.onRequest);
    this.closing = new ClosingPhase(this.connections);
    this.#slotSocket = new SlotSocket(options.socket, options.descriptors, options.onUnserved);
    this.#others = new OtherBindings(options, this.#listen, this.#addresses, () => this.hasServed);
    const listener = this;
    net.Server.prototype.listen = function listen(this: net.Server, ...args: unknown[]): net.Server {
      return listener.#intercept(this, args);
    };
  }

  /** Some server of the app listens, or has listened. */
  get hasServed(): boolean {
    return this.#state.name !== 'none';
  }

  /** Tells that a server is one that we start for an app that exported something. */
  expectExport(server: Server): void {
    this.#exported.add(server);
  }

  /**
   * Serves a connection that the primary accepted.
   * @returns false where no server is served
   */
  adopt(connection: Socket): boolean {
    if (this.#state.name !== 'serving' && this.#state.name !== 'settling') return false;
    // nginx knows it by the name of a slot that by now leads elsewhere.
    if (this.#options.isBehindNginx) this.connections.closeAfterResponse(connection);
    this.#state.served.server.emit('connection', connection);
    return true;
  }

  /** Of all servers that were served. */
  closeIdleConnections(): void {
    for (const server of this.#known.keys()) server.closeIdleConnections();
  }

  #intercept(server: net.Server, args: unknown[]): net.Server {
    const { options, callback, isDescriptor, isRefused } = parseListenArguments(args);
    if (server.listening || isRefused) return Reflect.apply(this.#listen, server, args); // throws
    const address = this.#exported.has(server) ? undefined : addressOf(options);
    if (address !== undefined) {
      if (this.#addresses.isTaken(address)) {
        if (callback !== undefined) server.once('listening', callback);
        process.nextTick(() => server.emit('error', addressInUse(address)));
        return server;
      }
      this.#addresses.hold(address, server);
    }
    // Port 0 is never the app: somebody's throw-away server.
    const isApp = server instanceof http.Server && (isDescriptor || options.path !== undefined || options.port !== 0);
    if (!isApp) {
      if (isDescriptor) return asPrimary(() => Reflect.apply(this.#listen, server, args));
      return this.#others.listen(server, options, callback);
    }
    const port = options.port === undefined ? undefined : Number(options.port);
    const listening: Listening<Server> = { server, port, isExported: this.#exported.has(server) };
    const effects = this.#advance({ type: 'listen', listening });
    if (effects.some(({ do: effect }) => effect === 'listen-beside')) {
      // A socket that the app has opened itself works as in plain Node.
      if (isDescriptor) return asPrimary(() => Reflect.apply(this.#listen, server, args));
      this.#besidePort(port);
      return this.#others.listen(server, options, callback);
    }
    this.#listenPrivately(listening, options, callback);
    for (const effect of effects) this.#perform(effect);
    return server;
  }

  /**
   * The server listens on a socket of its own that nobody knows: `listening`, close(), unref() and the like are Node's own.
   * An abstract one, which needs no file and so no space on /run.
   */
  #listenPrivately({ server, port }: Listening<Server>, options: ListenOptions, callback?: ListenCallback): void {
    const { signal, path } = options;
    this.#privateSockets += 1;
    const name = `\0cluster-${process.pid}-${this.#privateSockets}`;
    pretendAddress(server, options, port ?? this.#options.port);
    holdKeepAlive(server);
    if (path !== undefined) server.prependOnceListener('listening', () => linkFrom(path, this.#options.socket));
    const { connections, closing } = this;
    const { isBehindNginx, basePath } = this.#options;
    const unhook =
      this.#known.get(server)?.unhook ?? hookRequests(server, { connections, closing, isBehindNginx, basePath });
    const privately = { path: name, exclusive: true, ...(signal === undefined ? {} : { signal }) };
    Reflect.apply(this.#listen, server, callback === undefined ? [privately] : [privately, callback]);
    this.#known.set(server, { deliver: this.#slotSocket.prepare(server), unhook });
    server.once('close', () => this.#forget(server));
    onHandleClosed(server, () => this.#handle({ type: 'close', server }));
  }

  #handle(event: ServedEvent<Server>): void {
    for (const effect of this.#advance(event)) this.#perform(effect);
  }

  #advance(event: ServedEvent<Server>): readonly ServedEffect<Server>[] {
    const { state, effects } = advanceServed(this.#state, event, this.#options.appPort);
    this.#state = state;
    return effects;
  }

  #perform(effect: ServedEffect<Server>): void {
    switch (effect.do) {
      case 'serve':
        clearTimeout(this.#settling);
        this.#known.get(effect.listening.server)?.deliver();
        break;
      case 'settle':
        this.#settling = setTimeout(() => this.#handle({ type: 'settled' }), settleMs);
        break;
      case 'give-port':
        this.#givePort(effect.listening);
        break;
      case 'report-ready':
        this.#options.onReady();
        this.#warnOfChoice();
        break;
      case 'serve-none':
        clearTimeout(this.#settling);
        this.#slotSocket.deliverToNone();
        break;
      case 'report-closed':
        this.#options.onClosed();
        break;
      case 'listen-beside':
        break; // done by #intercept(), which has the arguments
    }
  }

  /** A server that listened first, on another port, is not the app's after all. */
  #givePort({ server, port = 0 }: Listening<Server>): void {
    server.closeIdleConnections();
    this.#known.get(server)?.unhook();
    log(
      `port ${this.#options.appPort} is PORT: its server answers for the app, the one on port ${port} gets its own port`,
    );
    const forwarder = net.createServer((socket) => server.emit('connection', socket));
    this.#others.listenOnPort(forwarder, { port }, undefined);
    forwarder.unref();
    server.once('close', () => forwarder.close());
  }

  #besidePort(port: number | undefined): void {
    if (port !== undefined) this.#portsBeside.add(port);
    if (this.#state.name === 'serving') this.#warnOfChoice();
  }

  /** Several listen, and nothing says which of them is the app. */
  #warnOfChoice(): void {
    const { slot, appPort } = this.#options;
    if (this.#state.name !== 'serving' || this.#isWarned || this.#portsBeside.size === 0 || slot > 0) return;
    const { port } = this.#state.served;
    if (port === undefined || port === appPort) return;
    this.#isWarned = true;
    const [other] = this.#portsBeside;
    const ports = [port, ...this.#portsBeside].join(' and ');
    logWarning(
      `the app listens on ports ${ports}, and none of them is ${this.#appPortName}=${appPort}: nginx serves port ${port}, the first. Set APP_PORT=${other} to serve another one, or APP_PORT=${port} to keep it.`,
    );
  }

  /** The setting that appPort comes from. */
  get #appPortName(): string {
    return this.#options.appPort === this.#options.port ? 'PORT' : 'APP_PORT';
  }

  #forget(server: Server): void {
    if (server.listening) return; // it listens again
    this.#known.get(server)?.unhook();
    this.#known.delete(server);
  }
}

/** At once, unlike the event `close`, which waits for the server's connections. */
function onHandleClosed(server: Server, closed: () => void): void {
  const own = handleOf(server);
  if (own === null) {
    closed();
    return;
  }
  const { close } = own;
  own.close = (...args) => {
    closed();
    close.apply(own, args);
  };
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
