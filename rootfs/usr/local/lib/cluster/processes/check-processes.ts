// Which command each process type has: PROCESSES against the Procfile.
import { diskFolder } from '../app/app-folder.ts';
import { type Procfile, readProcfile } from '../app/procfile.ts';
import { processErrors } from '../process-errors.ts';
import type { ProcessCount } from '../settings/types/process-counts.ts';

/** One process that runs beside the web server. */
export interface ProcessInstance {
  readonly type: string;
  /** From 0 on: PROCESS_INDEX. */
  readonly index: number;
  readonly command: string;
}

/** @throws ClusterError PROCFILE_MISSING, PROCESS_TYPE_UNKNOWN */
export function commandOf(procfile: Procfile | undefined, type: string, source: string): string {
  if (procfile === undefined) throw processErrors.procfileMissing(source);
  const command = procfile.get(type);
  if (command === undefined) throw processErrors.processTypeUnknown(source, type, [...procfile.keys()]);
  return command;
}

/** @throws ClusterError as commandOf() */
export function instancesOf(counts: readonly ProcessCount[], procfile: Procfile | undefined): ProcessInstance[] {
  return counts.flatMap(({ type, count }) => {
    const command = commandOf(procfile, type, 'PROCESSES');
    return Array.from({ length: count }, (_, index) => ({ type, index, command }));
  });
}

/** @returns the Procfile of the container's /app @throws ClusterError PROCFILE_INVALID */
export function currentProcfile(): Procfile | undefined {
  return readProcfile(diskFolder);
}
