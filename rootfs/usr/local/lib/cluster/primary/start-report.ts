// The start of the container in one line: what took how long until the first worker was ready.
import type { Boot } from '../configuration/store.ts';
import { seconds } from '../log.ts';

export interface StartTimes extends Boot {
  /** The primary's process began. */
  readonly primaryAt: number;
  readonly readyAt: number;
}

export function describeStart({ beganAt, preStartMs, configuredAt, primaryAt, readyAt }: StartTimes): string {
  const phases = [
    ['for settings and checks', configuredAt - beganAt - preStartMs],
    ['for prestart.sh', preStartMs],
    ['for the supervisor', primaryAt - configuredAt],
    ['for the app in its first worker', readyAt - primaryAt],
  ] as const;
  const told = phases.filter(([, ms]) => ms >= 5).map(([what, ms]) => `${seconds(ms)} ${what}`);
  return `started in ${seconds(readyAt - beganAt)}: ${told.join(', ')}`;
}
