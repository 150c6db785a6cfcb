// The errors of the Procfile and of the processes that it names.
import { ClusterError, exitConfiguration } from './errors.ts';

export const processErrors = {
  /** @param problems each a line of the Procfile, and what to write */
  procfileInvalid: (problems: readonly string[]) =>
    new ClusterError(
      'PROCFILE_INVALID',
      exitConfiguration,
      problems.map((problem) => `app/Procfile, ${problem}.`).join('\n'),
    ),

  /** @param source who names a process type */
  procfileMissing: (source: string) =>
    new ClusterError(
      'PROCFILE_MISSING',
      exitConfiguration,
      `${source} needs a Procfile, and there is no /app/Procfile. Create it with a line for each process type, such as \`worker: node worker.js\`.`,
    ),

  processTypeUnknown: (source: string, type: string, known: readonly string[]) =>
    new ClusterError(
      'PROCESS_TYPE_UNKNOWN',
      exitConfiguration,
      `${source}: app/Procfile has no line \`${type}: COMMAND\`${known.length === 0 ? '. Add it' : `; it has ${known.join(', ')}. Add it, or use one of those`}.`,
    ),

  notOneProcessType: (known: readonly string[]) =>
    new ClusterError(
      'NOT_ONE_PROCESS_TYPE',
      exitConfiguration,
      `process: give one process type of the Procfile, as in \`docker run IMAGE process ${known.find((type) => type !== 'web') ?? 'worker'}\`.${known.length === 0 ? '' : ` There are: ${known.join(', ')}.`}`,
    ),

  processNotRunning: (name: string, running: readonly string[]) =>
    new ClusterError(
      'PROCESS_NOT_RUNNING',
      2,
      `cluster restart ${name}: no such process runs here. ${running.length === 0 ? 'None does: set PROCESSES, such as PROCESSES=worker=1' : `There are: ${running.join(', ')}`}. \`cluster reload\` restarts the web workers.`,
    ),

  processesNotSet: (type: string) =>
    new ClusterError(
      'PROCESSES_NOT_SET',
      1,
      `cluster scale ${type}: no processes are supervised. Start the container with PROCESSES=${type}=1, and wait until the web server is ready.`,
    ),

  notAProcessCount: (type: string, text: string, max: number) =>
    new ClusterError(
      'NOT_A_PROCESS_COUNT',
      2,
      `cluster scale ${type}=${text}: ${type === 'web' ? '`cluster scale NUMBER` scales the web workers' : `give a number from 0 to ${max}, such as ${type}=2`}.`,
    ),
} as const;
