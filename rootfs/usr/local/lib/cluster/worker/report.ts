// Tells the primary, again and again, how this worker is. That it does is the sign that its event loop turns.
import type { Connections } from './clients.ts';
import type { Report } from './messages.ts';

/**
 * Tells now, and then at each interval.
 * @param connections those of the app's server, at each time
 * @param isAppReady by its own word
 * @param tell gets each report
 * @returns a function that tells once more
 */
export function startReporting(
  everyMs: number,
  connections: () => Connections,
  isAppReady: () => boolean,
  tell: (report: Report) => void,
): () => void {
  let utilisation = performance.eventLoopUtilization();
  let dueAt = performance.now();
  report();
  // Does not keep a process alive whose app has come to its end.
  setInterval(report, everyMs).unref();
  return report;

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
      loopDelayMs: Math.max(0, round(now - dueAt)),
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
