// Tells the primary, again and again, how this worker is. That it does is the sign that its event loop is not stuck.
import type { Connections } from './client-address.ts';
import type { Report } from './messages.ts';

export interface Reporter {
  readonly now: () => void;
  readonly ifDue: () => void;
}

/**
 * Tells now, and then at each interval.
 * @param connections those of the app's server, at each time
 * @param isAppReady by its own word
 * @param tell gets each report
 * @returns `now` tells once more; `ifDue` does where it is time, for when the event loop comes to something: a turn may be
 *   long, as it answers all requests that have come, and its timers run only then
 */
export function startReporting(
  everyMs: number,
  connections: () => Connections,
  isAppReady: () => boolean,
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
    const { requests, inFlight, cut } = connections();
    tell({
      requests,
      inFlight,
      cut,
      loopUtilisation: round(performance.eventLoopUtilization(current, utilisation).utilization),
      loopDelayMs: Math.max(0, round(now - turnDueAt)),
      memoryBytes: rss,
      heapBytes: heapUsed,
      isAppReady: isAppReady(),
    });
    utilisation = current;
    dueAt = now + everyMs;
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
