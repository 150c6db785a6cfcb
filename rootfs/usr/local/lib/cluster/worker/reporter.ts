// Tells the primary, again and again, how this worker is. That it does is the sign that its event loop is not stuck.
import type { Report } from './messages.ts';

export interface Reporter {
  readonly now: () => void;
  readonly ifDue: () => void;
}

/** Where the figures come from. */
export interface Reported {
  readonly connections: { readonly requests: number; readonly inFlight: number };
  readonly closing: { readonly cut: number };
}

/**
 * Reports now, and then at each interval.
 * @param readiness by the app's own word
 * @param tell gets each report
 * @returns `now` reports once more; `ifDue` does where it is time, for when the event loop comes to something: a turn may be
 *   long, as it handles all requests that have come, and its timers run only then
 */
export function startReporting(
  everyMs: number,
  { connections, closing }: Reported,
  readiness: { readonly isReady: boolean },
  tell: (report: Report) => void,
): Reporter {
  let utilisation = performance.eventLoopUtilization();
  /** When the next report is due, and when the timer is. */
  let dueAt = 0;
  let turnDueAt = performance.now();
  reportInTurn();
  // Does not keep a process alive whose app has come to its end.
  setInterval(reportInTurn, everyMs).unref();
  return {
    now: report,
    ifDue() {
      if (performance.now() > dueAt) report();
    },
  };

  function reportInTurn(): void {
    report();
    turnDueAt = performance.now() + everyMs;
  }

  function report(): void {
    const now = performance.now();
    const current = performance.eventLoopUtilization();
    const { rss, heapUsed } = process.memoryUsage();
    tell({
      requests: connections.requests,
      inFlight: connections.inFlight,
      cut: closing.cut,
      loopUtilisation: round(performance.eventLoopUtilization(current, utilisation).utilization),
      loopDelayMs: Math.max(0, round(now - turnDueAt)),
      memoryBytes: rss,
      heapBytes: heapUsed,
      isAppReady: readiness.isReady,
    });
    utilisation = current;
    dueAt = now + everyMs;
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
