// A client of server-sent events: those of tests/apps/pool.
import { Agent, request } from 'node:http';
import { defaultDeadlineMs, onceInTime, within } from '../../support/deadline.ts';
import type { Container } from './container.ts';

export interface EventClient {
  /** The process that sends the events. */
  readonly pid: number;
  /** Resolves with how they end: "complete", or what went wrong. */
  readonly end: () => Promise<string>;
  readonly close: () => void;
}

/** Resolves with the first event. */
export async function listenToEvents(container: Container): Promise<EventClient> {
  const agent = new Agent();
  const sent = request(container.url('/events'), { agent }).end();
  const [response] = await onceInTime(sent, 'response', 'the response to GET /events');
  const end = new Promise<string>((resolve) => {
    response.on('end', () => resolve('complete'));
    response.on('error', (error: Error) => resolve(error.message));
  });
  // A chunk may bring several events.
  const [chunk] = await onceInTime(response, 'data', 'the first event');
  const [, data = ''] = /^data: (.*)$/m.exec(String(chunk)) ?? [];
  const { pid } = JSON.parse(data) as { pid: number };
  return {
    pid,
    end: () => within(defaultDeadlineMs, 'the end of the events', end),
    close: () => agent.destroy(),
  };
}
