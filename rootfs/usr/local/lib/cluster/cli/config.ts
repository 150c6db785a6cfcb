// `cluster config`: what the container is configured with, and why. Needs no running server.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainUnreadable, findApp, nameOf } from '../app/find.ts';
import { findPreStart } from '../app/prestart.ts';
import { type TrustedProxyVariable, trustedProxyVariables } from '../app/proxy-trust.ts';
import { checkNodeFlags } from '../app/start-flags.ts';
import { type ResolvedConfiguration, resolveConfiguration } from '../configuration/resolve.ts';
import { loadConfiguration } from '../configuration/store.ts';
import { summarise } from '../configuration/summary.ts';
import { renderNginxConf, writeNginxConf } from '../configuration/write-nginx-conf.ts';
import { ClusterError, errors } from '../errors.ts';
import { containerEnvironment } from '../machine/container-environment.ts';
import { countProcesses } from '../machine/plan.ts';
import { checkNginxConfiguration } from '../nginx/check.ts';
import type { StaticFolder } from '../nginx/config/context.ts';
import { findStaticFolders } from '../nginx/found-static-folders.ts';
import { hasOwnNginxConfiguration } from '../nginx/snippets.ts';
import { nginxFolder } from '../paths.ts';
import { currentProcfile, instancesOf } from '../processes/check-processes.ts';
import type { SettingOrigin } from '../settings/read.ts';
import { defaultOf } from '../settings/reference.ts';
import { type Definition, definitions } from '../settings/schema.ts';
import type { Command } from './command.ts';
import { renderTable } from './text-table.ts';

type Subcommand = (args: readonly string[]) => Promise<void>;

const subcommands: Readonly<Record<string, Subcommand>> = { check, print, nginx, help };

export const configCommand: Command = {
  help: 'what it is configured with, and why: print, check, nginx, help',
  async run([name = 'print', ...args]) {
    const key = name.replace(/^-+/, '');
    const subcommand = Object.hasOwn(subcommands, key) ? subcommands[key] : undefined;
    if (subcommand === undefined) throw errors.unknownCommand(`config ${name}`, Object.keys(subcommands));
    await subcommand(args);
    return 0;
  },
};

/** `cluster config check`: the same checks as at a start. `RUN cluster config check` in a Dockerfile makes them at build time. */
async function check(): Promise<void> {
  const configuration = await currentConfiguration();
  for (const warning of configuration.warnings) process.stderr.write(`warning: ${warning}\n`);
  const folder = makeTemporaryFolder();
  try {
    instancesOf(configuration.settings.processes, currentProcfile());
    const app = findApp(configuration.settings);
    checkNodeFlags(app);
    for (const note of app.notes) process.stderr.write(`note: ${note}\n`);
    findPreStart(configuration.settings.preStartPath);
    checkNginx(configuration, folder);
    process.stdout.write(`ok: ${nameOf(app)}, ${app.reason}; ${summarise(configuration)}\n`);
  } catch (error) {
    throw explainUnreadable(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A user's own nginx.conf includes a file of a running container by its path: without one, it is written for the check. */
function checkNginx(configuration: ResolvedConfiguration, folder: string): void {
  const file = writeNginxConf(configuration, folder);
  const isMissing = hasOwnNginxConfiguration() && !existsSync(nginxFolder);
  if (isMissing) {
    mkdirSync(nginxFolder);
    writeNginxConf(configuration, nginxFolder);
  }
  try {
    if (configuration.settings.nginx) checkNginxConfiguration(file);
  } finally {
    if (isMissing) rmSync(nginxFolder, { recursive: true });
  }
}

function makeTemporaryFolder(): string {
  const folder = containerEnvironment().TMPDIR || tmpdir();
  try {
    return mkdtempSync(join(folder, 'nginx-'));
  } catch (error) {
    throw errors.noTemporaryFolder(folder, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

/** `cluster config print`: every setting, its value and where it comes from; --json for machines. */
async function print(args: readonly string[]): Promise<void> {
  const configuration = await currentConfiguration();
  process.stdout.write(
    args.includes('--json') ? `${JSON.stringify(renderJson(configuration), null, 2)}\n` : renderText(configuration),
  );
}

/** `cluster config nginx`: the rendered nginx.conf. */
async function nginx(): Promise<void> {
  process.stdout.write(renderNginxConf(await currentConfiguration(), nginxFolder));
}

/** `cluster config help`: what each setting is and what it may be; with a name, of one setting. */
async function help([name]: readonly string[]): Promise<void> {
  const chosen = definitions.filter(([, each]) => name === undefined || [each.name, ...each.aliases].includes(name));
  if (chosen.length === 0)
    throw errors.unknownSetting(
      name ?? '',
      definitions.map(([, each]) => each.name),
    );
  process.stdout.write(chosen.map(([, definition]) => describeSetting(definition)).join('\n'));
}

/** In the mode of the server that runs in this container, if one does. */
async function currentConfiguration(): Promise<ResolvedConfiguration> {
  try {
    const { settings, start } = loadConfiguration();
    return await resolveConfiguration(containerEnvironment(), settings.mode, start);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code !== 'NOT_CONFIGURED') throw error;
    return resolveConfiguration(containerEnvironment(), 'production');
  }
}

interface Computed {
  readonly value: number | undefined;
  readonly unit?: string;
  readonly because: string;
}

/** The computed numbers, by the names that users see. */
function computedOf({ settings, machine, plan }: ResolvedConfiguration): Readonly<Record<string, Computed>> {
  const { minWorkers, maxWorkers, workerMemoryBytes, heapMb, semiSpaceMb, nginxWorkers, because } = plan;
  const megabytes = (bytes: number) => Math.floor(bytes / 1024 ** 2);
  return {
    cpus: { value: Number(machine.cpus.value.toFixed(2)), because: machine.cpus.source },
    memory: { value: megabytes(machine.memoryBytes.value), unit: 'MB', because: machine.memoryBytes.source },
    ...(minWorkers === maxWorkers
      ? { workers: { value: maxWorkers, because: because.workers } }
      : {
          workersMin: { value: minWorkers, because: `${because.workers}: as many as there always are` },
          workersMax: { value: maxWorkers, because: `${because.workers}: under load, as far as memory allows` },
        }),
    ...(settings.processes.length > 0 && {
      processes: {
        value: countProcesses(settings),
        because: 'PROCESSES, each with the memory and the heap of a worker',
      },
    }),
    workerMemory: { value: megabytes(workerMemoryBytes), unit: 'MB', because: because.workerMemory },
    workerHeap: { value: heapMb, unit: 'MB', because: because.heap },
    workerSemiSpace: { value: semiSpaceMb, unit: 'MB', because: because.semiSpace },
    nginxWorkers: { value: nginxWorkers, because: because.nginxWorkers },
    nginxConnections: { value: plan.nginxConnections, because: because.nginxConnections },
    bodyBuffer: { value: plan.bodyBufferBytes / 1024, unit: 'kB', because: because.bodyBuffer },
  };
}

/** What is set for the app's frameworks; nothing where there is no app yet. */
function variablesForApp({ settings }: ResolvedConfiguration): readonly TrustedProxyVariable[] {
  try {
    return trustedProxyVariables(containerEnvironment(), settings, findApp(settings));
  } catch {
    return [];
  }
}

function staticFoldersOf(settings: ResolvedConfiguration['settings']): StaticFolder[] {
  return settings.nginx && !hasOwnNginxConfiguration() ? findStaticFolders(settings) : [];
}

/** Tables: the settings, what is computed from them and the machine, and what is set for the app's frameworks. */
function renderText(configuration: ResolvedConfiguration): string {
  const { settings, origins, warnings } = configuration;
  const set = definitions.map(([key, definition]) => [
    definition.name,
    displayValue(definition, settings[key]),
    displayOrigin(origins[key]),
  ]);
  const computed = Object.entries(computedOf(configuration)).map(([name, { value, unit = '', because }]) => [
    name,
    value === undefined ? '-' : `${value} ${unit}`.trim(),
    because,
  ]);
  const forApp = variablesForApp(configuration).map(({ variable, value, framework, because }) => [
    variable,
    value,
    `${framework}: ${because}`,
  ]);
  const folders = staticFoldersOf(settings).map(({ url, path, reason, onlyHashed }) => [
    settings.basePath === '/' ? url : `${settings.basePath}${url}`,
    `${path}${onlyHashed ? ', names with a hash alone' : ''}`,
    reason,
  ]);
  const tables = [
    [['SETTING', 'VALUE', 'FROM'], ...set],
    [['COMPUTED', 'VALUE', 'BECAUSE'], ...computed],
    ...(folders.length > 0 ? [[['FILES AT', 'FOLDER', 'BECAUSE'], ...folders]] : []),
    ...(forApp.length > 0 ? [[['SET FOR THE APP', 'VALUE', 'BECAUSE'], ...forApp]] : []),
  ];
  const warned = warnings.map((warning) => `warning: ${warning}\n`).join('');
  return `${tables.map(renderTable).join('\n')}${warned === '' ? '' : `\n${warned}`}`;
}

function renderJson(configuration: ResolvedConfiguration) {
  const { settings, origins, warnings } = configuration;
  return {
    settings: Object.fromEntries(
      definitions.map(([key, definition]) => [
        definition.name,
        {
          value: definition.isSecret && origins[key].kind !== 'default' ? null : (settings[key] ?? null),
          text: displayValue(definition, settings[key]),
          from: origins[key],
        },
      ]),
    ),
    computed: computedOf(configuration),
    files: staticFoldersOf(settings).map(({ url, path, reason }) => ({ url, path, reason })),
    setForTheApp: variablesForApp(configuration),
    warnings,
  };
}

function displayValue({ isSecret, type, default: preset }: Definition<unknown>, value: unknown): string {
  if (isSecret && value !== preset) return '(not shown)';
  return value === undefined ? '-' : type.format(value) || '-';
}

function displayOrigin(origin: SettingOrigin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'environment':
      return `environment, ${origin.variable}`;
    case 'file':
      return `file ${origin.path}, ${origin.variable}`;
  }
}

function describeSetting(definition: Definition<unknown>): string {
  const { name, aliases, type, help, example, isSecret } = definition;
  const also = aliases.length > 0 ? ` (also ${aliases.join(', ')})` : '';
  const secret = isSecret ? `  ${name}_FILE: a file that holds it\n` : '';
  return `${name}${also}\n  ${help}\n  ${type.allowed}\n  default: ${defaultOf(definition)}\n  example: ${name}=${example}\n${secret}`;
}
