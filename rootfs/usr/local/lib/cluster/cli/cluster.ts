// The `cluster` command: one file a subcommand.
import { ClusterError, errors } from '../errors.ts';
import { build } from './build.ts';
import { config } from './config.ts';
import { health } from './health.ts';
import { reload } from './reload.ts';
import { scale } from './scale.ts';
import { status } from './status.ts';

/** @returns the exit code */
type Command = (args: readonly string[]) => Promise<number>;

const commands: Record<string, { run: Command; help: string }> = {
  status: { run: status, help: 'the workers as a table; --watch goes on, --json for machines' },
  reload: { run: reload, help: 'runs the newest version of the app, worker by worker; no request is lost' },
  scale: { run: scale, help: 'how many workers there are: a number, or auto' },
  config: { run: config, help: 'what it is configured with, and why: print, check, nginx, help' },
  build: {
    run: build,
    help: 'compiles the TypeScript of /app: `RUN cluster build` in a Dockerfile saves it at each start',
  },
  health: { run: health, help: 'ends with 0 if the container is ready for requests, else with 1' },
};

const [name = 'help', ...args] = process.argv.slice(2);
try {
  process.exitCode = await find(name).run(args);
} catch (error) {
  if (!(error instanceof ClusterError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function find(name: string): { run: Command } {
  if (['help', '--help', '-h'].includes(name)) return { run: help };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw errors.unknownCommand(name, Object.keys(commands));
  return command;
}

async function help(): Promise<number> {
  process.stdout.write('usage: cluster COMMAND\n');
  for (const [name, { help }] of Object.entries(commands)) process.stdout.write(`  ${name.padEnd(10)}${help}\n`);
  return 0;
}
