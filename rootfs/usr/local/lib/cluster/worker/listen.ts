// The first HTTP server of the app that listens is bound to the slot's unix socket, whatever port it asked for.
import { renameSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';

/** Kept until nginx would long have closed an idle connection (60 s): the side that sends requests has to close first. */
const keepAliveTimeoutMs = 75_000;
/** A full queue is an instant 502 for the client. Node's default of 511 overflowed at 800 connections on a blocked worker. */
const backlog = 4096;

/**
 * @param socket path of the slot's socket; bound under another name and renamed over, so that it never refuses in between
 * @param onListening called once the slot leads to this process
 */
export function bindFirstServerTo(socket: string, onListening: () => void): void {
  const originalListen = net.Server.prototype.listen;
  net.Server.prototype.listen = function listen(this: net.Server, ...args: unknown[]): net.Server {
    const port = requestedPort(args);
    if (!(this instanceof http.Server) || port === undefined || port === 0) {
      return Reflect.apply(originalListen, this, args);
    }
    net.Server.prototype.listen = originalListen;
    const temporary = `${socket}.${process.pid}`;
    this.keepAliveTimeout = keepAliveTimeoutMs;
    this.address = () => (this.listening ? { address: '0.0.0.0', family: 'IPv4', port } : null);
    this.prependOnceListener('listening', () => {
      renameSync(temporary, socket);
      onListening();
    });
    const callback = args.findLast((arg) => typeof arg === 'function');
    return Reflect.apply(originalListen, this, [{ path: temporary, backlog }, callback]);
  };
}

/** The port of `listen(port, …)` and `listen({ port }, …)`; a number may be given as text. */
function requestedPort([first]: unknown[]): number | undefined {
  const value = typeof first === 'object' && first !== null && 'port' in first ? first.port : first;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const port = Number(value);
  return Number.isInteger(port) ? port : undefined;
}
