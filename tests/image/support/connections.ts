// Who is connected to a container, as its kernel knows.
import type { Container } from './container.ts';

/** @returns how many connections to the container's port 8080 are established, whether nginx has accepted them or not */
export async function openConnections(container: Container): Promise<number> {
  // 1F90 is 8080, 01 is ESTABLISHED: https://docs.kernel.org/networking/proc_net_tcp.html
  const { output } = await container.exec('cat', '/proc/net/tcp', '/proc/net/tcp6');
  return output.match(/^ *\d+: [0-9A-F]+:1F90 [0-9A-F:]+ 01 /gm)?.length ?? 0;
}
