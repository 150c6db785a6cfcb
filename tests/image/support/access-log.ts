// What nginx has logged of the requests.
import type { Container } from './container.ts';

export interface LogLine {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** The one that answered, or was the last to be asked. */
  readonly slot: number | null;
  readonly duration: number;
}

/** @returns all of it, when nginx has written it: it writes once a second */
export async function accessLog(container: Container): Promise<LogLine[]> {
  await container.get('/the-last');
  await container.printed(/"path":"\/the-last"/);
  return container.output
    .split('\n')
    .filter((line) => line.startsWith('{"time"'))
    .map((line): LogLine => JSON.parse(line))
    .filter(({ path }) => path !== '/the-last');
}
