// Requests that no HTTP client would send: byte by byte, over a socket.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Container } from './container.ts';

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; of several, the values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A socket to the container's HTTP port. */
export async function open(container: Container): Promise<Socket> {
  const { hostname, port } = new URL(container.url('/'));
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** @param request all of it, as it goes over the line @returns the answer, after which the server has closed the connection */
export async function send(container: Container, request: string): Promise<RawAnswer> {
  const socket = await open(container);
  socket.write(request);
  return parse(await readToEnd(socket));
}

/** GET of a path that fetch() would tidy up. */
export function get(container: Container, path: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const lines = Object.entries({ host: 'test', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return send(container, `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}

/** @returns everything that comes until the server ends the connection, in whatever way */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString();
}

function parse(text: string): RawAnswer {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [first = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return { status: Number(first.split(' ')[1]), headers, body };
}
