// Takes orders, over a unix socket that only its owner may use. The answer to an order is a line of JSON for each step,
// as it is done; an order goes on when whoever gave it has gone.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ClusterError, errors } from '../../errors.ts';
import { guarded } from '../../guarded.ts';
import http from '../../lean-http.ts';

/** One line of an answer. The last one is `done` or `failed`. */
export type Line =
  | { readonly type: 'progress' | 'done'; readonly text: string }
  | { readonly type: 'failed'; readonly text: string; readonly exitCode: number };

/** Says what has been done. */
export type Tell = (text: string) => void;

/** @returns the last line @throws ClusterError what went wrong */
export type Order = (parameters: URLSearchParams, tell: Tell) => Promise<string>;

/** @param orders by name: the URL's path @returns the server, which listens */
export async function startControl(socket: string, orders: Readonly<Record<string, Order>>): Promise<Server> {
  const server = http.createServer(
    guarded('an order', (request: IncomingMessage, response: ServerResponse) => obey(orders, request, response)),
  );
  // An order takes as long as it takes.
  server.requestTimeout = 0;
  // Bound at once, within this call: the socket is never there with another mode.
  const before = process.umask(0o177);
  server.listen(socket);
  process.umask(before);
  return server;
}

async function obey(
  orders: Readonly<Record<string, Order>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [name = '', query] = (request.url ?? '').slice(1).split('?');
  const order = request.method === 'POST' && Object.hasOwn(orders, name) ? orders[name] : undefined;
  response.writeHead(order === undefined ? 404 : 200, { 'content-type': 'application/x-ndjson' });
  try {
    if (order === undefined) throw errors.unknownCommand(name, Object.keys(orders));
    const text = await order(new URLSearchParams(query), (text) => write(response, { type: 'progress', text }));
    write(response, { type: 'done', text });
  } catch (error) {
    write(response, failure(error));
  }
  response.end();
}

/** An error of ours as its one line; an unexpected one with its stack, since it does not end the primary. */
function failure(error: unknown): Line {
  if (error instanceof ClusterError) return { type: 'failed', text: error.message, exitCode: error.exitCode };
  return { type: 'failed', text: (error instanceof Error ? error.stack : undefined) ?? String(error), exitCode: 1 };
}

function write(response: ServerResponse, line: Line): void {
  if (!response.destroyed) response.write(`${JSON.stringify(line)}\n`);
}
