// The environment that the container was given. It is the app's: processes of ours are started without it, so that
// NODE_OPTIONS, NODE_DEBUG, OPENSSL_CONF and the like do not act in them, and read it from a descriptor.
import { closeSync, readFileSync } from 'node:fs';
import type { Environment } from '../settings/findings.ts';

/** Names the descriptor. Set by the scripts that start us (entrypoint, cluster). */
const descriptorVariable = 'CLUSTER_ENVIRONMENT_FD';

let known: Environment | undefined;

/** @returns every variable, also those whose names a shell would drop; without a descriptor those of this process */
export function containerEnvironment(): Environment {
  known ??= readFrom(process.env[descriptorVariable]) ?? process.env;
  return known;
}

function readFrom(descriptor: string | undefined): Environment | undefined {
  if (descriptor === undefined) return undefined;
  const text = readFileSync(Number(descriptor), 'utf8');
  closeSync(Number(descriptor));
  return parseEnvironment(text);
}

/** @param text `NAME=value`, each ended by a NUL, as in https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html */
export function parseEnvironment(text: string): Environment {
  const pairs = text.split('\0').filter((entry) => entry.includes('=', 1));
  return Object.fromEntries(
    pairs.map((entry) => [entry.slice(0, entry.indexOf('=', 1)), entry.slice(entry.indexOf('=', 1) + 1)]),
  );
}
