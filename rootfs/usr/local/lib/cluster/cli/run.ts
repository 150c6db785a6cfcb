// `cluster run COMMAND…`: a command as the app would run it, in a container whose server runs: a migration, a job of cron's,
// a look through ECS Exec.
import { readFileSync, statSync } from 'node:fs';
import { loadConfiguration, type StoredConfiguration } from '../configuration/store.ts';
import { ClusterError, errors } from '../errors.ts';
import { identity } from '../machine/container.ts';
import { containerEnvironment } from '../machine/container-environment.ts';
import { appFolder, run } from '../paths.ts';
import type { Command } from './command.ts';

const entrypoint = '/usr/local/bin/entrypoint';

export const runCommand: Command = {
  help: 'runs a command as the app would: user, settings, TypeScript. `cluster run node migrate.ts`',
  run: runAsApp,
};

/** The process becomes the command. What the entrypoint does for `docker run IMAGE COMMAND…`, it does here, too. */
async function runAsApp(command: readonly string[]): Promise<number> {
  if (command.length === 0) throw errors.nothingToRun();
  const configuration = runningConfiguration();
  const environment: NodeJS.ProcessEnv = { ...containerEnvironment() };
  if (configuration !== undefined) {
    environment.NODE_ENV ??= configuration.settings.mode;
    environment.PORT = String(configuration.settings.port);
    // The home folder was the other user's.
    if (becomeServersUser()) environment.HOME = '/';
  }
  process.chdir(appFolder);
  process.execve?.(entrypoint, [entrypoint, ...command], environment);
  return 1;
}

/** @returns undefined in a container that only runs a command @throws ClusterError NOT_ALLOWED */
function runningConfiguration(): StoredConfiguration | undefined {
  try {
    return loadConfiguration();
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'NOT_CONFIGURED') return undefined;
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw errors.notAllowed(run.configuration, identity().uid, statSync(run.configuration).uid);
  }
}

/**
 * ECS Exec and `kubectl debug` come as root: what a command writes has to be the app's all the same.
 * @returns whether this process had another user
 * @throws ClusterError NOT_ALLOWED for root without the capabilities to change users
 */
function becomeServersUser(): boolean {
  const status = readFileSync('/proc/1/status', 'utf8');
  const numbers = (name: string) =>
    (new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
  const [uid = 0] = numbers('Uid');
  const [gid = 0] = numbers('Gid');
  if (identity().uid !== 0 || uid === 0) return false;
  try {
    process.setgroups?.(numbers('Groups'));
    process.setgid?.(gid);
    process.setuid?.(uid);
  } catch {
    throw errors.notAllowed(run.configuration, 0, uid);
  }
  return true;
}
