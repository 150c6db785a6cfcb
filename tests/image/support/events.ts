// A client of server-sent events: those of tests/apps/pool.
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Container } from './container.ts';

export interface EventClient {
  /** The process that sends the events. */
  readonly pid: number;
  /** How they end: "complete", or what went wrong. */
  readonly end: Promise<string>;
  readonly close: () => void;
}

/** Resolves with the first event. */
export async function listenToEvents(container: Container): Promise<EventClient> {
  const agent = new Agent();
  const [response] = await once(request(container.url('/events'), { agent }).end(), 'response');
  const end = new Promise<string>((resolve) => {
    response.on('end', () => resolve('complete'));
    response.on('error', (error: Error) => resolve(error.message));
  });
  // A chunk may bring several events.
  const [chunk] = await once(response, 'data');
  const [, data = ''] = /^data: (.*)$/m.exec(String(chunk)) ?? [];
  const { pid } = JSON.parse(data) as { pid: number };
  return { pid, end, close: () => agent.destroy() };
}
