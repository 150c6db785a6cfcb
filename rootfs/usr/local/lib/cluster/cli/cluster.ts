// The `cluster` command: one file a subcommand.
import { ClusterError, errors } from '../errors.ts';
import { buildCommand } from './build.ts';
import type { Command } from './command.ts';
import { configCommand } from './config.ts';
import { healthCommand } from './health.ts';
import { maintenanceCommand } from './maintenance.ts';
import { reloadCommand } from './reload.ts';
import { restartCommand } from './restart.ts';
import { runCommand } from './run.ts';
import { scaleCommand } from './scale.ts';
import { statusCommand } from './status.ts';

const commands: Readonly<Record<string, Command>> = {
  status: statusCommand,
  reload: reloadCommand,
  restart: restartCommand,
  scale: scaleCommand,
  maintenance: maintenanceCommand,
  config: configCommand,
  run: runCommand,
  build: buildCommand,
  health: healthCommand,
};

const [name = 'help', ...args] = process.argv.slice(2);
try {
  process.exitCode = ['help', '--help', '-h'].includes(name) ? printHelp() : await findCommand(name).run(args);
} catch (error) {
  if (!(error instanceof ClusterError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw errors.unknownCommand(name, Object.keys(commands));
  return command;
}

function printHelp(): number {
  process.stdout.write('usage: cluster COMMAND\n');
  for (const [name, { help }] of Object.entries(commands)) process.stdout.write(`  ${name.padEnd(12)}${help}\n`);
  return 0;
}
