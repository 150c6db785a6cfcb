// The environment of a process that the Procfile names: a worker's, and which process it is.
import { withoutHeapOf } from '../machine/node-options.ts';
import type { Environment } from '../settings/findings.ts';
import type { Settings } from '../settings/read.ts';
import type { ProcessInstance } from './check-processes.ts';

const entrypoint = '/usr/local/bin/entrypoint';

/** @param nodeFlags the heap's size by the plan; what NODE_OPTIONS says goes before it */
export function processEnvironment(
  app: Environment,
  { type, index }: Pick<ProcessInstance, 'type' | 'index'>,
  nodeFlags: readonly string[],
): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: own = '' } = app;
  const nodeOptions = [...withoutHeapOf(own, nodeFlags), own].filter((each) => each !== '').join(' ');
  return {
    ...app,
    PROCESS_TYPE: type,
    PROCESS_INDEX: String(index),
    ...(nodeOptions === '' ? {} : { NODE_OPTIONS: nodeOptions }),
  };
}

/**
 * This process becomes that of the Procfile, by the shell that its command is written for; the entrypoint has the shell
 * become the command, as process 1 under tini.
 * @param folder its working directory
 * @param app the app's environment
 * @param nodeFlags see processEnvironment()
 */
export function becomeProcess(
  instance: ProcessInstance,
  folder: string,
  app: Environment,
  nodeFlags: readonly string[],
  { port }: Pick<Settings, 'port'>,
): void {
  process.chdir(folder);
  process.execve?.(entrypoint, [entrypoint, 'sh', '-c', instance.command], {
    ...processEnvironment(app, instance, nodeFlags),
    PORT: String(port),
  });
}
