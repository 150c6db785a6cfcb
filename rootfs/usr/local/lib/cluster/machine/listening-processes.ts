// Which processes that a worker has started listen on a TCP port: a launcher (tsx, cross-env, fork()) is no server itself.
// https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseNodeArguments } from './node-flags.ts';

const longestCommand = 200;

export interface ListeningProcess {
  readonly pid: number;
  /** Its command line, as the kernel has it. */
  readonly command: readonly string[];
  /** In ascending order. */
  readonly ports: readonly number[];
}

/**
 * @param pid of the process that is asked about
 * @returns it and those that it has started, as far as they listen; itself first. What cannot be read is left out
 */
export function findListeningProcesses(pid: number): ListeningProcess[] {
  return listenersAmong([pid, ...descendantsOf(pid)]);
}

function listenersAmong(pids: readonly number[]): ListeningProcess[] {
  const ports = listeningPorts();
  return pids.flatMap((each) => {
    const own = new Set(socketsOf(each).flatMap((inode) => ports.get(inode) ?? []));
    if (own.size === 0) return [];
    const command = readOr(`/proc/${each}/cmdline`, '').split('\0').slice(0, -1);
    return { pid: each, command, ports: [...own].sort((a, b) => a - b) };
  });
}

/** Whether a socket of this container listens on the port, on whatever address. */
export function isListenedOn(port: number): boolean {
  return [...listeningPorts().values()].includes(port);
}

/**
 * @returns who listens on the port, on whatever address: undefined where nobody does; without a process where that is of
 *   another user, or of another container
 */
export function findHolder(port: number): { readonly process: ListeningProcess | undefined } | undefined {
  if (!isListenedOn(port)) return undefined;
  const pids = list('/proc').filter((name) => /^\d+$/.test(name));
  return { process: listenersAmong(pids.map(Number)).find(({ ports }) => ports.includes(port)) };
}

/** @returns a command line for a message: 200 characters of it at most */
export function shownCommand(command: readonly string[]): string {
  return command.join(' ').slice(0, longestCommand);
}

/** By the inode of the socket. A line: `0: 00000000:1F90 00000000:0000 0A … uid timeout inode`; 0A is LISTEN. */
function listeningPorts(): Map<string, number> {
  const found = new Map<string, number>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOr(file, '').split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === '0A' && inode !== undefined) found.set(inode, Number.parseInt(local.split(':').at(-1) ?? '', 16));
    }
  }
  return found;
}

function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of list('/proc').filter((name) => /^\d+$/.test(name))) {
    // The name of the command, in parentheses, may hold anything.
    const [, parent] = /\) \S (\d+)/.exec(readOr(`/proc/${name}/stat`, '')) ?? [];
    if (parent !== undefined) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
  }
  const collect = (parent: number): number[] => (children.get(parent) ?? []).flatMap((id) => [id, ...collect(id)]);
  return collect(pid);
}

/** Inodes. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return list(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(join(folder, name)))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // ended meanwhile, or another user's
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/**
 * @param command the command line of a process of Node
 * @returns the script that it runs and the script's arguments; undefined where it runs none
 */
export function scriptOf(command: readonly string[]): { script: string; args: readonly string[] } | undefined {
  const [node = '', ...rest] = command;
  if (!/(^|\/)node$/.test(node)) return undefined;
  const { flags, script, args } = parseNodeArguments(rest);
  const isEvaluated = flags.some(({ name }) => /^(-e|-p|--eval|--print)/.test(name));
  return script === undefined || isEvaluated ? undefined : { script, args };
}
