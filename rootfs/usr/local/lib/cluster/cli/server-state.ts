// Why the server of this container does not answer: it starts, it stops, or something else runs here.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { shownCommand } from '../machine/listening-processes.ts';
import { run } from '../paths.ts';

export interface ServerState {
  /** The container was asked to stop. */
  readonly isStopping: boolean;
  /** Its configuration was written: the supervisor starts the primary, or has. */
  readonly isConfigured: boolean;
  /** The command line of process 1. */
  readonly processOne: readonly string[];
}

const askARunningOne = '`docker exec NAME cluster status` asks a running one.';

/** @returns what runs in this container, in one or two sentences */
export function describeServerState({ isStopping, isConfigured, processOne }: ServerState): string {
  if (isStopping) return 'The container is stopping.';
  if (isConfigured) return 'The server is starting: ask again in a moment. `docker logs NAME` shows what it does.';
  if (processOne.some((word) => basename(word) === 'entrypoint')) {
    return 'The container is being configured, and prestart.sh runs: ask again in a moment. `docker logs NAME` shows it.';
  }
  const command = basename(processOne[0] ?? '') === 'tini' ? processOne.slice(2) : processOne;
  const isOurs = command.slice(0, 2).some((word) => /^cluster(\.js)?$/.test(basename(word)));
  if (command.length === 0 || isOurs) return `No server runs in this container. ${askARunningOne}`;
  return `This container was given a command (\`${shownCommand(command)}\`), and runs no server. ${askARunningOne}`;
}

export function readServerState(): ServerState {
  return {
    isStopping: existsSync(run.draining),
    isConfigured: existsSync(run.configuration),
    processOne: readProcessOne(),
  };
}

function readProcessOne(): readonly string[] {
  try {
    return readFileSync('/proc/1/cmdline', 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
