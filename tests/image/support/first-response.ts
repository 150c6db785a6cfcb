// A client that asks from inside of the container, where nothing is in between: a port that Docker publishes takes
// connections that nobody in the container listens for.
import type { Container } from './container.ts';

export interface FirstResponse {
  /** How often each error came before it: { ECONNREFUSED: 300 } */
  readonly errors: Readonly<Record<string, number>>;
  /** null where none came within 60 s. */
  readonly status: number | null;
  /** How long the client was kept waiting, from its connect() on. */
  readonly waitedMs: number;
}

const client = `
const { get } = require('node:http');
const errors = {};
const end = (status, waitedMs) => {
  console.log(JSON.stringify({ errors, status, waitedMs }));
  process.exit();
};
const ask = () => {
  const since = performance.now();
  get({ host: '127.0.0.1', port: 8080, agent: false }, ({ statusCode }) => end(statusCode, performance.now() - since))
    .on('error', ({ code }) => {
      errors[code] = (errors[code] ?? 0) + 1;
      setTimeout(ask, 5);
    });
};
setTimeout(end, 60_000, null, 60_000);
ask();`;

/** Asks for / on new connections until there is a response. */
export async function firstResponse(container: Container): Promise<FirstResponse> {
  const { output } = await container.exec('node', '--eval', client);
  return JSON.parse(output);
}
