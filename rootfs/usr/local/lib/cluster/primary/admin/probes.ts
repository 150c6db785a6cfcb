// Is the container live, ready, started? Pure: what Kubernetes calls probes, from what is known of nginx and the workers.
import type { NginxStatus } from '../../nginx/nginx-status.ts';
import type { SlotStatus } from '../../pool/decide/pool-status.ts';

export interface ProbeFacts {
  /** The container has been asked to stop. */
  readonly isDraining: boolean;
  /** A worker was ready at some time: the port is open. */
  readonly wasReady: boolean;
  readonly hasNginx: boolean;
  /** Processes of the Procfile that fail again and again, each in a line. */
  readonly failingProcesses: readonly string[];
  readonly workers: readonly Pick<SlotStatus, 'slot' | 'leadsTo' | 'isAppReady' | 'failuresInARow' | 'lastExit'>[];
}

export interface Verdict {
  readonly isGood: boolean;
  /** In a word or a few. */
  readonly status: string;
  /** Slots whose workers, and processes that fail again and again, while the container serves. */
  readonly failing?: readonly string[];
}

/** From this many failures in a row on, a slot counts as failing. */
const crashLoop = 3;

/** Some worker answers, and the app has no objection. */
export function readiness({ isDraining, wasReady, workers }: ProbeFacts): Verdict {
  if (isDraining) return { isGood: false, status: 'draining' };
  const serving = workers.filter(({ leadsTo }) => leadsTo !== null);
  if (serving.length === 0) return { isGood: false, status: wasReady ? 'no worker is ready' : 'starting' };
  return serving.some(({ isAppReady }) => isAppReady)
    ? { isGood: true, status: 'ready' }
    : { isGood: false, status: "the app's own `ready` says no" };
}

/**
 * What the port answers: some worker, by way of nginx. nginx opens the port a moment after the first worker is ready, and
 * whoever is told "ready" in that moment would meet a closed one.
 */
export function readinessOfPort(facts: ProbeFacts, nginx: NginxStatus | undefined): Verdict {
  const workers = readiness(facts);
  if (!workers.isGood || nginx !== undefined || !facts.hasNginx) return workers;
  return { isGood: false, status: 'nginx does not answer' };
}

/** The same, with what is wrong although the container is ready: for operators, not for the public port. */
export function explainedReadiness(facts: ProbeFacts, nginx: NginxStatus | undefined): Verdict {
  const verdict = readinessOfPort(facts, nginx);
  const failingWorkers = facts.workers
    .filter(({ failuresInARow }) => failuresInARow >= crashLoop)
    .map(({ slot, failuresInARow, lastExit }) => {
      const how =
        lastExit === null ? '' : `, the last one: ${lastExit.reason}, ${lastExit.signal ?? `code ${lastExit.code}`}`;
      return `slot ${slot}: ${failuresInARow} failures in a row${how}`;
    });
  const failing = [...failingWorkers, ...facts.failingProcesses];
  return failing.length === 0 ? verdict : { ...verdict, failing };
}

/** The primary answers, or this would not run; so does nginx, once it has been started. Blocked workers are no reason to end it all. */
export function liveness({ wasReady, isDraining, hasNginx }: ProbeFacts, nginx: NginxStatus | undefined): Verdict {
  if (nginx !== undefined || !hasNginx || !wasReady || isDraining) return { isGood: true, status: 'live' };
  return { isGood: false, status: 'nginx does not answer' };
}

export function startup({ wasReady }: ProbeFacts): Verdict {
  return wasReady ? { isGood: true, status: 'started' } : { isGood: false, status: 'starting' };
}
