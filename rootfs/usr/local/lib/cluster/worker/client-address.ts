// Who is asking. A worker's connections come from nginx, over a unix socket, which has no address: each accepted socket
// tells what nginx knows of the client instead, so that every framework is right whether it trusts proxies or not.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The request that a connection is at, or was at last. */
const currentRequest = Symbol('request');

type ClientSocket = Socket & { [currentRequest]: IncomingMessage | undefined };

/** What a socket answers is looked up in the headers that nginx sets (and overwrites, so that no client can). */
const accessors: PropertyDescriptorMap & ThisType<ClientSocket> = {
  remoteAddress: {
    configurable: true,
    get() {
      return addressOf(this[currentRequest]);
    },
  },
  remoteFamily: {
    configurable: true,
    get() {
      return addressOf(this[currentRequest])?.includes(':') ? 'IPv6' : 'IPv4';
    },
  },
  encrypted: {
    configurable: true,
    get() {
      // As on a TLS socket: true or absent.
      return protocolOf(this[currentRequest]) === 'https' ? true : undefined;
    },
  },
};

/** What a request that has been answered keeps of its connection, which by now belongs to another client. */
function pastSocket(request: IncomingMessage): Socket {
  const remoteAddress = addressOf(request);
  return {
    remoteAddress,
    remoteFamily: remoteAddress?.includes(':') ? 'IPv6' : 'IPv4',
    encrypted: protocolOf(request) === 'https' ? true : undefined,
    destroyed: true,
    writable: false,
    readable: false,
  } as unknown as Socket;
}

function addressOf(request: IncomingMessage | undefined): string | undefined {
  return request?.headers['x-forwarded-for'] as string | undefined;
}

function protocolOf(request: IncomingMessage | undefined): string | undefined {
  return request?.headers['x-forwarded-proto'] as string | undefined;
}

/** The connections of a server, as the drain needs to know them. */
export class Connections {
  readonly #plain = new Set<Socket>();
  readonly #single = new Set<Socket>();
  readonly #upgraded = new Map<Socket, string>();
  /** Every answer says `Connection: close`. */
  isClosing = false;
  /** So many connections have been made. */
  accepted = 0;
  /** So many requests have come, upgrades included. */
  requests = 0;
  /** nginx is about to stop: each client is to have an answer that closes its connection. */
  isSendingAway = false;
  #notSentAway: readonly string[] | undefined;
  readonly #onRequest: () => void;
  /** Since then: answers that did not get to their end. */
  cut = 0;

  /** @param onRequest called for each request that comes */
  constructor(onRequest: () => void) {
    this.#onRequest = onRequest;
  }

  get plain(): number {
    return this.#plain.size;
  }

  /** Counted when asked for, so that no request pays for it. */
  get inFlight(): number {
    let count = 0;
    for (const socket of this.#plain) if (responseOn(socket) !== undefined) count += 1;
    return count;
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

  asked(): void {
    this.requests += 1;
    this.#onRequest();
  }

  becameUpgraded(socket: Socket, protocol: string): void {
    this.#plain.delete(socket);
    this.#upgraded.set(socket, protocol);
  }

  /** This connection is closed after its next answer. */
  keepNoLonger(socket: Socket): void {
    this.#single.add(socket);
    socket.once('close', () => this.#single.delete(socket));
  }

  /** So are all that there are now. */
  shed(): void {
    for (const socket of this.#plain) if (!this.#single.has(socket)) this.keepNoLonger(socket);
  }

  /** The answer that is about to be given on it closes the connection. */
  isLastAnswerOn(socket: Socket): boolean {
    return this.isClosing || (this.#single.size > 0 && this.#single.has(socket));
  }

  /** From now on every answer closes its connection, those under way that have not sent their headers, too; or none. */
  giveWay(isGivingWay: boolean): void {
    this.isClosing = isGivingWay;
    if (!isGivingWay) return;
    for (const socket of this.#plain) {
      const response = responseOn(socket);
      if (response !== undefined && !response.headersSent) response.shouldKeepAlive = false;
    }
  }

  /** From now on nginx is told to close its clients' connections, and what it cuts is counted. */
  sendAway(except: readonly string[] | undefined): void {
    if (this.isSendingAway) return;
    this.isSendingAway = true;
    this.#notSentAway = except;
    for (const socket of this.#plain) {
      const response = responseOn(socket);
      if (response !== undefined) this.countIfCut(response);
    }
  }

  /** nginx is to ask once more, from where its answer closes the client's connection. */
  isToBeSentAway({ headers, url = '' }: IncomingMessage): boolean {
    if (!this.isSendingAway || this.#notSentAway === undefined) return false;
    // Only that location asks for the worker's connection to be closed.
    const isSecondTime = headers.connection === 'close';
    return !isSecondTime && !this.#notSentAway.some((path) => url.startsWith(path));
  }

  countIfCut(response: ServerResponse): void {
    response.once('close', () => {
      if (!response.writableFinished) this.cut += 1;
    });
  }

  /** Server-sent events that are being sent, with their connections. */
  eventStreams(): [Socket, ServerResponse][] {
    return [...this.#plain].flatMap((socket): [Socket, ServerResponse][] => {
      const response = responseOn(socket) as (ServerResponse & { _header?: string | null }) | undefined;
      // As it was sent: writeHead() takes headers that getHeader() knows nothing of.
      const isEventStream = /\r\ncontent-type: *text\/event-stream/i.test(response?._header ?? '');
      return response !== undefined && isEventStream ? [[socket, response]] : [];
    });
  }
}

/** The response that a connection is at. */
function responseOn(socket: Socket): ServerResponse | undefined {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Where requests come from. */
export interface Origin {
  /** From nginx, which tells of the client in headers; else from the client itself. */
  readonly isBehindNginx: boolean;
  /** What the URL begins with that the app does not see; '' for nothing. */
  readonly basePath: string;
}

/** Here and not in nginx, which would decode and encode the rest of the URL. */
function hideBasePath(request: IncomingMessage, basePath: string): void {
  const { url = '' } = request;
  if (!url.startsWith(basePath)) return;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest[0] === '?') request.url = `/${rest}`;
  else if (rest[0] === '/') request.url = rest;
}

/**
 * Makes every request of a server tell its client, and counts the server's connections. `emit` is overridden and not a
 * listener added, because Engine.IO removes and re-adds listeners, and none may run before this.
 * @returns a function that undoes it, for connections to come: those that do not come from nginx
 */
export function identifyClients(
  server: Server,
  connections: Connections,
  { isBehindNginx, basePath }: Origin,
): () => void {
  const { emit } = server;
  server.emit = function emitIdentified(this: Server, event: string, ...args: unknown[]): boolean {
    switch (event) {
      case 'connection': {
        const socket = args[0] as ClientSocket;
        socket[currentRequest] = undefined;
        if (isBehindNginx) Object.defineProperties(socket, accessors);
        connections.opened(socket);
        break;
      }
      case 'request':
      case 'checkContinue':
      case 'checkExpectation':
        if (connections.isToBeSentAway(args[0] as IncomingMessage)) {
          sendToClosing(args[0] as IncomingMessage, args[1] as ServerResponse);
          return true;
        }
        connections.asked();
        if (isBehindNginx) began(args[0] as IncomingMessage);
        if (basePath !== '') hideBasePath(args[0] as IncomingMessage, basePath);
        if (connections.isSendingAway) connections.countIfCut(args[1] as ServerResponse);
        if (connections.isLastAnswerOn((args[0] as IncomingMessage).socket)) {
          (args[1] as ServerResponse).shouldKeepAlive = false;
        }
        break;
      case 'upgrade':
      case 'connect':
        connections.asked();
        if (isBehindNginx) began(args[0] as IncomingMessage);
        if (basePath !== '') hideBasePath(args[0] as IncomingMessage, basePath);
        connections.becameUpgraded(args[1] as Socket, protocolAfter(args[0] as IncomingMessage));
        break;
    }
    return Reflect.apply(emit, this, [event, ...args]);
  } as typeof server.emit;
  return () => {
    server.emit = emit;
  };
}

/**
 * nginx asks again, with method and body, from a location whose answers close the client's connection: so no client is
 * about to use one when nginx stops. Costs nothing until then, unlike a check in nginx at each request (2 to 7 %).
 */
function sendToClosing(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(200, { 'X-Accel-Redirect': '@closing' }).end();
}

function protocolAfter({ headers }: IncomingMessage): string {
  return headers.upgrade?.toLowerCase() ?? '';
}

function began(request: IncomingMessage): void {
  const socket = request.socket as ClientSocket;
  const previous = socket[currentRequest];
  // An app that asks for the address after it has answered would be told the next client's (2 of 3 requests).
  if (previous !== undefined && previous !== request && addressOf(previous) !== addressOf(request)) {
    previous.socket = pastSocket(previous);
  }
  socket[currentRequest] = request;
}
