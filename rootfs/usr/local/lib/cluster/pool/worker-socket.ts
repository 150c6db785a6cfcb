// A worker's unix socket, which nobody asks before a slot leads to it. The primary opens it and the worker inherits it, as
// services do from systemd, as often as it wants: Node can listen on a descriptor that was inherited, but cannot duplicate
// one (worker/acceptors.ts tells what for).
import { renameSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/**
 * Opens a socket at the path, and keeps it open here while `start` runs.
 * @param start gets the socket's descriptor, to give to a process that it starts; undefined where the socket cannot be
 *   opened, as in a full /run: the worker tries it once more itself when the app listens, and says why it cannot
 * @returns what `start` returns
 */
export function withOpenSocket<T>(path: string, start: (descriptor: number | undefined) => T): T {
  const temporary = `${path}.new`;
  const server = createServer().on('error', () => {});
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
