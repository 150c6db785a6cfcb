// What the settings and the machine of this container come to.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Machine, measureMachine } from '../machine/machine.ts';
import { checkNodeOptions } from '../machine/node-options.ts';
import { planProcesses } from '../machine/plan.ts';
import { findDroppedInheritance, findSnippets, hasOwnNginxConfiguration } from '../nginx/snippets.ts';
import type { Environment } from '../settings/findings.ts';
import { type Mode, type Reading, readSettings } from '../settings/read.ts';
import type { Configuration, Start } from './store.ts';

/** A configuration with all that is known of how it came about. */
export interface ResolvedConfiguration extends Configuration {
  readonly origins: Reading['origins'];
  readonly machine: Machine;
  readonly warnings: readonly string[];
}

/**
 * @param start of the server that runs, where one does
 * @throws ClusterError SETTINGS_INVALID with a line for each problem, and as checkNodeOptions()
 */
export async function resolveConfiguration(
  environment: Environment,
  mode: Mode,
  start: Start = { id: randomBytes(4).toString('hex'), isTerminal: process.stdout.isTTY === true },
): Promise<ResolvedConfiguration> {
  const { settings, origins, warnings } = readSettings(environment, mode);
  checkNodeOptions(environment.NODE_OPTIONS);
  const machine = await measureMachine(environment);
  const plan = planProcesses(settings, machine, environment.NODE_OPTIONS);
  return { settings, origins, machine, plan, start, warnings: [...warnings, ...plan.warnings, ...snippetWarnings()] };
}

function snippetWarnings(): string[] {
  if (hasOwnNginxConfiguration()) return [];
  return findSnippets('server').flatMap((path) => findDroppedInheritance(path, readFileSync(path, 'utf8')));
}
