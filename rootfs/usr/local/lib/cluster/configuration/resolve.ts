// Makes the configuration of a container: what its settings and its machine come to, and nginx.conf from that.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasIpv6, identity } from '../machine/container.ts';
import { type Machine, measureMachine } from '../machine/machine.ts';
import { planProcesses, planStop } from '../machine/plan.ts';
import { securityHeadersOf } from '../nginx/config/helmet.ts';
import { renderNginxConfiguration, renderParts } from '../nginx/config/template.ts';
import {
  findDroppedInheritance,
  findSnippets,
  hasOwnNginxConfiguration,
  ownConfiguration,
  snippetLevels,
} from '../nginx/snippets.ts';
import { lookAtStaticFolder } from '../nginx/static-folder.ts';
import { nginxConfiguration, nginxParts } from '../paths.ts';
import type { Environment } from '../settings/findings.ts';
import { type Mode, type Reading, readSettings } from '../settings/read.ts';
import { schema } from '../settings/schema.ts';
import type { Configuration, Start } from './store.ts';

/** A configuration with all that is known of how it came about. */
export interface Explained extends Configuration {
  readonly origins: Reading['origins'];
  readonly machine: Machine;
  readonly warnings: readonly string[];
}

/**
 * @param start of the server that runs, where one does
 * @throws ClusterError SETTINGS_INVALID with a line for each problem
 */
export async function makeConfiguration(
  environment: Environment,
  mode: Mode,
  start: Start = { id: randomBytes(4).toString('hex'), isTerminal: process.stdout.isTTY === true },
): Promise<Explained> {
  const { settings, origins, warnings } = readSettings(environment, mode);
  const machine = await measureMachine(environment);
  const plan = planProcesses(settings, machine, environment.NODE_OPTIONS);
  return { settings, origins, machine, plan, start, warnings: [...warnings, ...plan.warnings, ...warnOfSnippets()] };
}

/** @returns nginx.conf @param folder where nginx writes */
export function renderNginx({ settings, plan, start }: Configuration, folder: string): string {
  // Included and not copied: nginx then names the user's file, and its lines, when something is wrong.
  if (hasOwnNginxConfiguration()) return `include ${ownConfiguration};\n`;
  return renderNginxConfiguration({
    settings,
    plan,
    folder,
    isRoot: identity().uid === 0,
    hasIpv6: hasIpv6(),
    ...lookAtStaticFolder(settings.staticPath),
    securityHeaders: securityHeadersOf(settings.securityHeaders),
    snippets: new Set(snippetLevels.filter((level) => findSnippets(level).length > 0)),
    startId: start.id,
    isTerminal: start.isTerminal,
    requestsMs: planStop(settings).requestsMs,
  });
}

/** Writes nginx.conf, and what a user's own one includes. @param folder where nginx writes @returns the path of the former */
export function writeNginx(configuration: Configuration, folder: string): string {
  const file = join(folder, basename(nginxConfiguration));
  writeFileSync(join(folder, basename(nginxParts)), renderParts({ ...configuration, folder }));
  writeFileSync(file, renderNginx(configuration, folder));
  return file;
}

function warnOfSnippets(): string[] {
  if (hasOwnNginxConfiguration()) return [];
  return findSnippets('server').flatMap((path) => findDroppedInheritance(path, readFileSync(path, 'utf8')));
}

/** What matters, in one line. */
export function summarise({ settings, plan }: Configuration): string {
  const { nginx, port, maxUploadBytes, requestTimeoutMs, stopTimeoutMs } = settings;
  const { minWorkers, maxWorkers, workerMemoryBytes, heapMb, nginxWorkers } = plan;
  const workers = minWorkers === maxWorkers ? counted(maxWorkers) : `${minWorkers} to ${counted(maxWorkers)}`;
  const memory = `${Math.floor(workerMemoryBytes / 1024 ** 2)} MB${maxWorkers === 1 ? '' : ' each'}`;
  const heap = heapMb === undefined ? '' : ` (heap ${heapMb} MB)`;
  const uploads =
    maxUploadBytes === 0 ? 'uploads of any size' : `uploads up to ${schema.maxUploadBytes.type.format(maxUploadBytes)}`;
  const front = nginx
    ? `nginx: ${counted(nginxWorkers)}, port ${port}, ${uploads}, 504 after ${requestTimeoutMs / 1000} s`
    : `no nginx, port ${port}`;
  return `${workers} with ${memory}${heap}; ${front}; a stop within ${stopTimeoutMs / 1000} s`;
}

function counted(workers: number): string {
  return `${workers} worker${workers === 1 ? '' : 's'}`;
}
