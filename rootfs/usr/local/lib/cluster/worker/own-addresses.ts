// The addresses on which this process listens. The kernel cannot refuse the second server of one: the workers share ports
// (reusePort), take over each other's paths, and the served server has no port of its own. So it is refused here, as by Node.
import { errorMonitor } from 'node:events';
import { existsSync } from 'node:fs';
import type net from 'node:net';
import type { ListenOptions } from 'node:net';

/** A TCP or UDP port, or a unix socket's path. */
export type Address =
  | { readonly kind: 'tcp' | 'udp'; readonly port: number; readonly host: string }
  | { readonly kind: 'path'; readonly path: string };

interface Holder {
  readonly address: Address;
  /** It still has the address, or is about to get it. */
  readonly isHeld: () => boolean;
}

/** @returns undefined for an address that nobody else can ask for: any free port, an abstract socket */
export function addressOf({ port, host, path }: ListenOptions): Address | undefined {
  if (path !== undefined) return path.startsWith('\0') ? undefined : { kind: 'path', path };
  if (port === undefined || port === 0) return undefined;
  return { kind: 'tcp', port: Number(port), host: host || '::' };
}

/** @returns whether the kernel would refuse the second of them */
export function overlap(first: Address, second: Address): boolean {
  if (first.kind === 'path' || second.kind === 'path') {
    return first.kind === 'path' && second.kind === 'path' && first.path === second.path;
  }
  if (first.kind !== second.kind || first.port !== second.port) return false;
  const [a, b] = [numeric(first.host), numeric(second.host)];
  if (a === b || a === '::' || b === '::') return true;
  return (a === '0.0.0.0' && !b.includes(':')) || (b === '0.0.0.0' && !a.includes(':'));
}

function numeric(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The addresses of the servers and UDP sockets of this process. */
export class OwnAddresses {
  #holders: Holder[] = [];

  isTaken(address: Address): boolean {
    this.#holders = this.#holders.filter(({ isHeld }) => isHeld());
    return this.#holders.some((holder) => overlap(holder.address, address));
  }

  /** @param server listens on it now, or when its host name has been looked up */
  hold(address: Address, server: net.Server): void {
    let isPending = true;
    const settle = () => {
      isPending = false;
    };
    server.once('listening', settle);
    server.once('close', settle);
    server.once(errorMonitor, settle);
    // An app may remove its socket's file and listen there again.
    const isThere = () => address.kind !== 'path' || existsSync(address.path);
    this.#holders.push({ address, isHeld: () => isPending || (server.listening && isThere()) });
  }

  /** @param isHeld see Holder */
  holdWhile(address: Address, isHeld: () => boolean): void {
    this.#holders.push({ address, isHeld });
  }
}

/** The error that Node emits for an address that is in use. */
export function addressInUse(address: Address): NodeJS.ErrnoException {
  const isPath = address.kind === 'path';
  const where = isPath ? address.path : `${address.host}:${address.port}`;
  const syscall = address.kind === 'udp' ? 'bind' : 'listen';
  const message =
    address.kind === 'udp' ? `bind EADDRINUSE ${where}` : `${syscall} EADDRINUSE: address already in use ${where}`;
  return Object.assign(new Error(message), {
    code: 'EADDRINUSE',
    errno: -98,
    syscall,
    address: isPath ? address.path : address.host,
    port: isPath ? -1 : address.port,
  });
}
