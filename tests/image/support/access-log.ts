// What nginx has logged of the requests.
import type { Container } from './container.ts';

export interface LogLine {
  readonly method: string;
  readonly uri: string;
  readonly status: number;
  /** Which slots' sockets it was sent to, one after the other. */
  readonly upstream: string;
  readonly duration: number;
}

/** @returns all of it, when nginx has written it: it writes once a second */
export async function accessLog(container: Container): Promise<LogLine[]> {
  await container.get('/echo?the-last');
  await container.printed(/echo\?the-last/);
  return container.output
    .split('\n')
    .filter((line) => line.startsWith('{"time"'))
    .map((line) => JSON.parse(line));
}
