// The unix sockets between nginx and the workers. Each worker has one of its own, and each slot has a name that leads to
// one of them.
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename } from 'node:path';
import { on } from '../guarded.ts';
import { slotSocket } from '../paths.ts';

/**
 * Opens a worker's socket at the path, and keeps it open here while `start` runs. The worker inherits it, as services do
 * from systemd, as often as it wants: Node can listen on a descriptor that it inherited, but cannot duplicate one
 * (worker/slot-socket.ts says what for). nginx does not use it before a slot leads to it.
 * @param start gets the socket's descriptor, to pass to a process that it starts; undefined if the socket cannot be
 *   opened, as in a full /run: the worker tries again when the app listens, and says why it cannot
 * @returns what `start` returns
 */
export function withOpenSocket<T>(path: string, start: (descriptor: number | undefined) => T): T {
  const temporary = `${path}.new`;
  const server = createServer();
  on(server, 'error', 'a worker’s socket', () => {});
  try {
    rmSync(temporary, { force: true });
    server.listen({ path: temporary, exclusive: true });
    const descriptor = descriptorOf(server);
    // Its close() removes the path that it was opened at.
    if (descriptor !== undefined) renameSync(temporary, path);
    return start(descriptor);
  } finally {
    // Before the event loop turns: nothing was accepted here.
    server.close();
  }
}

function descriptorOf(server: Server): number | undefined {
  return (server as Server & { _handle: { readonly fd: number } | null })._handle?.fd;
}

/**
 * Makes a slot's socket lead to another one. nginx looks the name up at each connection, so it needs no reload.
 * @param target path of a socket in the same folder
 */
export function pointSlot(slot: number, target: string): void {
  const name = slotSocket(slot);
  const temporary = `${name}.next`;
  rmSync(temporary, { force: true });
  symlinkSync(basename(target), temporary);
  renameSync(temporary, name);
}
