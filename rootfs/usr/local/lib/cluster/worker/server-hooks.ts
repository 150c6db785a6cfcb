// What happens to each request before the app sees it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { beginRequest, describeClient } from './client-address.ts';
import type { ClosingPhase } from './closing.ts';
import type { Connections } from './connections.ts';
import { dropInformationalResponses } from './informational-responses.ts';

export interface RequestHooks {
  readonly connections: Connections;
  readonly closing: ClosingPhase;
  /** Requests come from nginx, which describes the client in headers; else from the client itself. */
  readonly isBehindNginx: boolean;
  /** What the URL begins with that the app does not see; '' for nothing. */
  readonly basePath: string;
}

/**
 * Overrides `emit` of a server: a listener would not do, because Engine.IO removes and re-adds listeners, and none may run
 * before this.
 * @returns undoes it for connections to come
 */
export function hookRequests(
  server: Server,
  { connections, closing, isBehindNginx, basePath }: RequestHooks,
): () => void {
  const { emit } = server;
  const begin = (request: IncomingMessage) => {
    connections.requested();
    if (isBehindNginx) beginRequest(request);
    if (basePath !== '') hideBasePath(request, basePath);
  };
  server.emit = function emitHooked(this: Server, event: string, ...args: unknown[]): boolean {
    switch (event) {
      case 'connection':
        if (isBehindNginx) {
          describeClient(args[0] as Socket);
          dropInformationalResponses(args[0] as Socket);
        }
        connections.opened(args[0] as Socket);
        break;
      case 'request':
      case 'checkContinue':
      case 'checkExpectation': {
        const [request, response] = args as [IncomingMessage, ServerResponse];
        if (closing.redirect(request, response)) return true;
        begin(request);
        if (closing.hasBegun) closing.countIfCut(response);
        if (connections.isClosing(request.socket)) response.shouldKeepAlive = false;
        break;
      }
      case 'upgrade':
      case 'connect': {
        const [request, socket] = args as [IncomingMessage, Socket];
        begin(request);
        connections.becameUpgraded(socket, request.headers.upgrade?.toLowerCase() ?? '');
        break;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]);
  } as typeof server.emit;
  return () => {
    server.emit = emit;
  };
}

/** Here and not in nginx, which would decode and encode the rest of the URL. */
function hideBasePath(request: IncomingMessage, basePath: string): void {
  const { url = '' } = request;
  if (!url.startsWith(basePath)) return;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest[0] === '?') request.url = `/${rest}`;
  else if (rest[0] === '/') request.url = rest;
}
