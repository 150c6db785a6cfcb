// The pool's events in words: lines of log, and errors for people.
import { type ClusterError, errors } from '../errors.ts';
import { describeExit, exitCodeOf } from './decide/failure.ts';
import type { EndReason, GoneWorker } from './decide/state.ts';
import type { WorkerProcess } from './worker-process.ts';

const reasons: Record<EndReason, string> = {
  crashed: 'crashed',
  'not-ready-in-time': 'was not ready in time',
  stalled: 'was stalled',
  reload: 'was replaced by a reload',
  'max-requests': 'was replaced after MAX_REQUESTS',
  'max-memory': 'was replaced above MAX_WORKER_MEMORY',
  'max-lifetime': 'was replaced after MAX_WORKER_LIFETIME',
  'scaled-down': 'was not needed any more',
  stop: 'was asked to stop',
};

/** Nobody asked it to end. */
export function isFailure(reason: EndReason): boolean {
  return reason === 'crashed' || reason === 'not-ready-in-time' || reason === 'stalled';
}

/** One line for each death: slot, reason, code or signal, uptime, requests, memory; and where it was stalled. */
export function describeDeath(
  { slot, life, startedAt, report, isKilled }: GoneWorker,
  pid: number | undefined,
  stack: string | undefined,
  replacedInMs: number | undefined,
): string {
  const { reason, exit, since } = life;
  const wasLate = isKilled && reason !== 'stalled' && reason !== 'not-ready-in-time';
  const facts = [
    `worker ${slot} (pid ${pid ?? '-'}) ${reasons[reason]}`,
    `${describeExit(exit)}${wasLate ? ' because it took too long' : ''}`,
    `after ${Math.round((since - startedAt) / 1000)} s`,
    `${report?.requests ?? 0} requests`,
    `${Math.round((report?.memoryBytes ?? 0) / 1e6)} MB`,
  ];
  const where =
    reason === 'stalled' ? `; its event loop stood at ${stack || 'an unknown place: in a native call, it seems'}` : '';
  const next = replacedInMs === undefined ? '' : `; replaced in ${replacedInMs} ms`;
  return facts.join(', ') + where + next;
}

/** Why no worker can be kept running, or why a new one did not stay. */
export function explain(worker: WorkerProcess, gone: GoneWorker, bootTimeoutMs: number): ClusterError {
  const { name: entry } = worker.release;
  const { reason, exit } = gone.life;
  const { failure } = worker;
  if (reason === 'not-ready-in-time') return errors.appTooSlow(entry, bootTimeoutMs / 1000);
  if (failure?.reason === 'does-not-serve') return errors.appDoesNotServe(entry, failure.message);
  const isByKernel = exit.signal === 'SIGKILL' && !gone.isKilled;
  const how = `${describeExit(exit)}${isByKernel ? ', as the kernel does where memory runs out,' : ''}`;
  const exitCode = exitCodeOf(exit);
  return worker.wasReady
    ? errors.appKeepsCrashing(entry, how, exitCode, failure?.message)
    : errors.appFailed(entry, how, exitCode, failure?.message);
}
