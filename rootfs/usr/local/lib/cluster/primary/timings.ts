// How long the start and the stop of the container took, one line each: which phase, and what it has cost. Pure.
import type { Boot } from '../configuration/store.ts';
import { seconds } from '../log.ts';

/** Times by Date.now(). */
export interface StartTimes extends Boot {
  /** The primary's process began. */
  readonly primaryAt: number;
  readonly readyAt: number;
  /** The one that clients connect to, in the container. */
  readonly port: number;
}

export function describeStart({ beganAt, preStartMs, configuredAt, primaryAt, readyAt, port }: StartTimes): string {
  const phases = [
    ['for settings and checks', configuredAt - beganAt - preStartMs],
    ['for prestart.sh', preStartMs],
    ['for the supervisor', primaryAt - configuredAt],
    ['for the app in its first worker', readyAt - primaryAt],
  ] as const;
  const told = phases.filter(([, ms]) => ms >= 5).map(([what, ms]) => `${seconds(ms)} ${what}`);
  return `started in ${seconds(readyAt - beganAt)}, and listens on port ${port}: ${told.join(', ')}`;
}

/** Times by Date.now(); a phase that did not take place has none. */
export interface StopTimes {
  /** DRAIN_DELAY began: the container was asked to stop. */
  readonly askedAt: number;
  readonly closingAt: number | undefined;
  readonly closedAt: number | undefined;
  /** nginx has ended. */
  readonly workersAskedAt: number;
  readonly workersEndedAt: number;
}

/** @param cut responses that were cut, by slot */
export function describeStop(times: StopTimes, cut: ReadonlyMap<number, number>): string {
  const { askedAt, closingAt, closedAt, workersAskedAt, workersEndedAt } = times;
  const phases = [
    ['of full service', askedAt, closingAt],
    ["to close clients' connections", closingAt, closedAt],
    ['to finish requests', closedAt ?? askedAt, workersAskedAt],
    ['for the workers to end', workersAskedAt, workersEndedAt],
  ] as const;
  const told = phases.flatMap(([what, from, to]) =>
    from === undefined || to === undefined ? [] : [`${seconds(to - from)} ${what}`],
  );
  const total = [...cut.values()].reduce((sum, count) => sum + count, 0);
  const slots = [...cut].map(([slot, count]) => `${count} in slot ${slot}`).join(', ');
  const lost =
    total === 0
      ? 'no answer was cut'
      : `${total} answer${total === 1 ? ' was' : 's were'} cut (${slots}): STOP_TIMEOUT was too short for ${total === 1 ? 'it' : 'them'}`;
  return `stopped in ${seconds(workersEndedAt - askedAt)}: ${told.join(', ')}; ${lost}`;
}
