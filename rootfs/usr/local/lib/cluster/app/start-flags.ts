// Which of the flags that a start script gives to Node reach the worker.
import { spawnSync } from 'node:child_process';
import { errors } from '../errors.ts';
import { type NodeFlag, parseNodeArguments } from '../machine/node-flags.ts';
import { findMissingPreload } from '../machine/node-options.ts';
import { appFolder } from '../paths.ts';

export interface SortedFlags {
  /** For the worker, as Node takes them. */
  readonly kept: readonly string[];
  /** Each with the reason: `--watch (dev mode watches)`. */
  readonly dropped: readonly string[];
  /** They run something else than a server: a test, an expression. */
  readonly isNoServer: boolean;
  /** They are for a developer's machine: sources are watched, or compiled as they are loaded. */
  readonly isDevelopment: boolean;
}

const runsNoServer =
  /^(-[ecihpv]|--(eval|print|check|help|version|interactive|test.*|bench.*|run|build-s.*|snapshot-blob|experimental-sea-config|prof-process|v8-options|completion-bash))$/;
const watches = /^--watch(-.*)?$/;
const compilesTypeScript = /^--(experimental-(strip-types|transform-types)|strip-types)$/;
const loads = /^(-r|--require|--import|--loader|--experimental-loader)$/;
/** Packages that compile what is imported, and so do what the image has done before. */
const compilers =
  /^(tsx|ts-node|ts-node-esm|ts-node-dev|tsconfig-paths|tsimp|esbuild-register|esbuild-runner|@esbuild-kit\/\w+-loader|@swc-node\/register|@swc\/register|@oxc-node\/core|sucrase|jiti)(\/.*)?$/;

const reasons: readonly [test: (flag: NodeFlag) => boolean, reason: string][] = [
  [({ name }) => watches.test(name), 'dev mode watches: `docker run … dev`'],
  [({ name }) => compilesTypeScript.test(name), 'TypeScript needs no flag here'],
  [({ name, value = '' }) => loads.test(name) && compilers.test(value), 'TypeScript needs no loader here'],
  [({ name }) => /^--(inspect(-.*)?|debug-port)$/.test(name), 'NODE_OPTIONS=--inspect=0.0.0.0:9229 debugs worker 0'],
  [({ name }) => name === '--max-http-header-size', 'NGINX_MAX_HEADER sets it'],
];

/** Flags of `node` in a start script. */
export function sortStartFlags(flags: readonly NodeFlag[]): SortedFlags {
  const sorted = flags.map((flag) => ({ flag, reason: reasons.find(([test]) => test(flag))?.[1] }));
  const dropped = sorted.filter(({ reason }) => reason !== undefined);
  return {
    kept: sorted.filter(({ reason }) => reason === undefined).flatMap(({ flag }) => flag.words),
    dropped: dropped.map(({ flag, reason }) => `${flag.words.join(' ')} (${reason})`),
    isNoServer: flags.some(({ name }) => runsNoServer.test(name)),
    isDevelopment: flags.some(
      (flag) => watches.test(flag.name) || (loads.test(flag.name) && compilers.test(flag.value ?? '')),
    ),
  };
}

/**
 * Asks Node itself whether it takes the flags of the app's start script, which costs 15 ms.
 * @param folder against which Node resolves paths in them
 * @throws ClusterError NODE_FLAG_REFUSED
 */
export function checkNodeFlags(
  { nodeFlags, reason }: { readonly nodeFlags: readonly string[]; readonly reason: string },
  folder = appFolder,
): void {
  if (nodeFlags.length === 0) return;
  // Node's permission model would keep a worker from its socket. To leave it out would open what somebody has closed.
  const permission = nodeFlags.find((flag) => /^--(experimental-)?permission$/.test(flag));
  if (permission !== undefined) throw errors.nodeFlagRefused(reason, `a worker cannot run with ${permission}`);
  const { status, stderr, error } = spawnSync(process.execPath, [...nodeFlags, '--version'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  const [line = ''] = stderr.trim().split('\n');
  if (status !== 0) throw errors.nodeFlagRefused(reason, line.slice(line.indexOf(': ') + 2));
  const missing = findMissingPreload(parseNodeArguments(nodeFlags).flags, folder);
  if (missing !== undefined) throw errors.nodeFlagRefused(reason, `${missing.flag} ${missing.what}`);
}
