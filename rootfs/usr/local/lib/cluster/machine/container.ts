// Whether the supervisor can run in this container. Checked before it starts: its own messages do not name the cause.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { errors } from '../errors.ts';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export function identity(): Identity {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** @throws ClusterError NOT_PROCESS_ONE, RUN_READ_ONLY, RUN_NOT_WRITABLE or RUN_NOEXEC */
export function checkContainer({ uid, gid }: Identity): void {
  // Our parent is the entrypoint, which hands its process over to the supervisor.
  if (process.ppid !== 1) throw errors.notProcessOne();
  try {
    accessSync('/run', constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS') throw errors.runReadOnly();
    const { uid: ownerUid, gid: ownerGid, mode } = statSync('/run');
    throw errors.runNotWritable(`owner ${ownerUid}:${ownerGid}, mode ${(mode & 0o7777).toString(8)}`, uid, gid);
  }
  const probe = `/run/.exec-probe-${process.pid}`;
  writeFileSync(probe, '#!/bin/sh\n', { mode: 0o700 });
  const { status } = spawnSync(probe);
  rmSync(probe);
  if (status !== 0) throw errors.runNotExecutable();
}

/** False where the kernel was started without IPv6: nginx does not start with a `listen [::]` then. */
export function hasIpv6(): boolean {
  return existsSync('/proc/net/if_inet6');
}

/** Linux's number for CAP_NET_BIND_SERVICE: https://man7.org/linux/man-pages/man7/capabilities.7.html */
const netBindService = 10;

/**
 * Docker lets every user open every port (net.ipv4.ip_unprivileged_port_start=0); Kubernetes, ECS and host networks do not.
 * @returns the lowest port that this process, and each that it starts, may open
 */
export function lowestPort(): number {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText('/proc/self/status'))?.[1] ?? '0';
  const isPrivileged = (BigInt(`0x${capabilities}`) >> BigInt(netBindService)) % 2n === 1n;
  return isPrivileged ? 1 : Number(readText('/proc/sys/net/ipv4/ip_unprivileged_port_start') || 1024);
}

/** Empty where it cannot be read, as where /proc is masked. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
