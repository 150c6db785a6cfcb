// The environment of a process that the Procfile names: a worker's, and which process it is.
import { withoutHeapOf } from '../machine/node-options.ts';
import type { Environment } from '../settings/findings.ts';
import type { ProcessInstance } from './check-processes.ts';

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

/** The shell that a Procfile's command is written for; the entrypoint has it become the command, as process 1 under tini. */
export function entrypointArguments(command: string): [program: string, ...string[]] {
  const entrypoint = '/usr/local/bin/entrypoint';
  return [entrypoint, 'sh', '-c', command];
}
