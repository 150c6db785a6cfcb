// The pool's events in words: log lines, and errors for people.
import { constants } from 'node:os';
import { withRemedy } from '../app/runtime-remedies.ts';
import { type ClusterError, errors } from '../errors.ts';
import type { EndReason, GoneWorker, Policy, WorkerExit } from './decide/state.ts';
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
  retired: 'was replaced, as its app had asked',
  stop: 'was asked to stop',
};

/** @returns whether the worker exited without being asked to */
export function isFailure(reason: EndReason): boolean {
  return reason === 'crashed' || reason === 'not-ready-in-time' || reason === 'stalled';
}

/**
 * One line for each death: slot, reason, code or signal, uptime, requests, memory; and where it was stalled.
 * @param stack of a stalled worker, if it could be captured
 * @param replacedInMs the delay until its successor starts; undefined if none does, or one has started already
 */
export function describeDeath(
  { slot, life, startedAt, report, isKilled }: GoneWorker,
  pid: number | undefined,
  stack: string | undefined,
  replacedInMs: number | undefined,
): string {
  const { reason, exit, since } = life;
  const exceededTimeout = isKilled && reason !== 'stalled' && reason !== 'not-ready-in-time';
  const facts = [
    `worker ${slot} (pid ${pid ?? '-'}) ${reason === 'crashed' && exit.code === 0 ? 'ended by itself' : reasons[reason]}`,
    `${describeExit(exit)}${exceededTimeout ? ' because it took too long' : ''}`,
    `after ${Math.round((since - startedAt) / 1000)} s`,
    `${report?.requests ?? 0} requests`,
    `${Math.round((report?.memoryBytes ?? 0) / 1e6)} MB`,
  ];
  const where =
    reason === 'stalled' ? `; its event loop stood at ${stack || 'an unknown place: in a native call, it seems'}` : '';
  const next = replacedInMs === undefined ? '' : `; replaced in ${replacedInMs} ms`;
  return facts.join(', ') + where + next;
}

/** Why a worker cannot be kept running: the error that ends the container. */
export function explainFailure(
  worker: WorkerProcess,
  gone: GoneWorker,
  { bootTimeoutMs }: Pick<Policy, 'bootTimeoutMs'>,
): ClusterError {
  const { name: entry } = worker.release;
  const { reason, exit } = gone.life;
  const { failure } = worker;
  if (reason === 'not-ready-in-time' && worker.wasReady) return errors.appStaysClosed(entry, bootTimeoutMs / 1000);
  if (reason === 'not-ready-in-time') return errors.appTooSlow(entry, bootTimeoutMs / 1000, worker.hint);
  if (failure?.reason === 'does-not-serve') return errors.appDoesNotServe(entry, failure.message);
  const isByKernel = exit.signal === 'SIGKILL' && !gone.isKilled;
  const how = `${describeExit(exit)}${isByKernel ? ', as the kernel does where memory runs out,' : ''}`;
  const exitCode = exitCodeOf(exit);
  const thrown = failure && { message: withRemedy(failure.message), hint: failure.hint };
  return worker.wasReady
    ? errors.appKeepsCrashing(entry, how, exitCode, thrown)
    : errors.appFailed(entry, how, exitCode, thrown);
}

/** Why a reload ended before each slot had its new worker. @param gone the new worker, with its process */
export function explainReloadFailure(
  worker: WorkerProcess,
  gone: GoneWorker,
  policy: Pick<Policy, 'bootTimeoutMs' | 'reloadSettleMs'>,
): ClusterError {
  if (!worker.wasReady) return explainFailure(worker, gone, policy);
  const { reason, exit } = gone.life;
  const how = reason === 'stalled' ? 'was stalled' : describeExit(exit);
  return errors.appDoesNotStayUp(worker.release.name, how, policy.reloadSettleMs / 1000);
}

/** The container's exit code for a worker that failed: the app's, or 128 + signal; never 0. */
export function exitCodeOf({ code, signal }: WorkerExit): number {
  return signal === null ? code || 1 : 128 + (constants.signals[signal] ?? 0);
}

/** "exited with code 3", "was killed by SIGKILL" */
export function describeExit({ code, signal }: WorkerExit): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}
