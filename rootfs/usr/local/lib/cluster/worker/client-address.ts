// Who the client is. A worker's connections come from nginx, over a unix socket, which has no address: each accepted socket
// tells what nginx knows of the client instead, so that every framework is right whether it trusts proxies or not.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** The request that a connection is at, or was at last. */
const currentRequest = Symbol('request');

type ClientSocket = Socket & { [currentRequest]: IncomingMessage | undefined };

/** Looked up in the headers that nginx sets (and overwrites, so that no client can). */
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
      return familyOf(addressOf(this[currentRequest]));
    },
  },
  encrypted: {
    configurable: true,
    get() {
      return isHttps(this[currentRequest]);
    },
  },
};

/** From now on the socket has the address of the client whose request it is at. */
export function describeClient(socket: Socket): void {
  (socket as ClientSocket)[currentRequest] = undefined;
  Object.defineProperties(socket, accessors);
}

/** The socket is at this request from now on. */
export function beginRequest(request: IncomingMessage): void {
  const socket = request.socket as ClientSocket;
  const previous = socket[currentRequest];
  // An app that asks for the address after it has responded would be told the next client's (2 of 3 requests).
  if (previous !== undefined && previous !== request && addressOf(previous) !== addressOf(request)) {
    previous.socket = pastSocket(previous);
  }
  socket[currentRequest] = request;
}

/** What a request whose response is done keeps of its connection, which by now belongs to another client. */
function pastSocket(request: IncomingMessage): Socket {
  const remoteAddress = addressOf(request);
  return {
    remoteAddress,
    remoteFamily: familyOf(remoteAddress),
    encrypted: isHttps(request),
    destroyed: true,
    writable: false,
    readable: false,
  } as unknown as Socket;
}

function addressOf(request: IncomingMessage | undefined): string | undefined {
  return request?.headers['x-forwarded-for'] as string | undefined;
}

function familyOf(address: string | undefined): string {
  return address?.includes(':') ? 'IPv6' : 'IPv4';
}

/** As on a TLS socket: true or absent. */
function isHttps(request: IncomingMessage | undefined): true | undefined {
  return request?.headers['x-forwarded-proto'] === 'https' ? true : undefined;
}
