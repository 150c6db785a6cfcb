// A process that inherits a socket, as a worker does from the primary.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { withOpenSocket } from '../../../rootfs/usr/local/lib/cluster/pool/sockets.ts';

/**
 * Starts a script of this folder. The descriptors' numbers follow its other arguments.
 * @param path where the socket is opened
 * @param count of its descriptors
 */
export function forkWithSocket(
  script: string,
  path: string,
  count: number,
  args: readonly string[] = [],
): ChildProcess {
  return withOpenSocket(path, (socket) => {
    const sockets = Array.from({ length: count }, () => socket);
    const descriptors = sockets.map((_, number) => String(4 + number));
    return fork(join(import.meta.dirname, script), [...args, ...descriptors], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...sockets],
    });
  });
}
