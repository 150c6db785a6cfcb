// HTTP as it goes over a socket, byte by byte: requests that no HTTP client would send, and every response to them.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { defaultDeadlineMs, onceInTime, within } from '../../support/deadline.ts';
import type { Container } from './container.ts';

export interface RawResponse {
  readonly status: number;
  /** By name in lower case; of several, the values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Exchange {
  /** The client closes its side behind the bytes. */
  readonly ends?: boolean;
  readonly withinMs?: number;
}

/** A socket to the container's HTTP port. It goes on sending when the server has ended its own side. */
export async function open(container: Container): Promise<Socket> {
  const { hostname, port } = new URL(container.url('/'));
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  await onceInTime(socket, 'connect');
  // A server that refuses a request may close before it has read everything: that ends the response, no more.
  socket.on('error', () => {});
  return socket;
}

/**
 * @returns everything that comes until the server ends the connection, in whatever way
 * @throws where it does not in time: it waits for something that the client believes to have sent
 */
export async function readToEnd(socket: Socket, withinMs = defaultDeadlineMs): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const received = () => Buffer.concat(chunks);
  try {
    const end = socket.closed ? [] : Promise.race([once(socket, 'end'), once(socket, 'close')]).catch(() => []);
    const seen = () => JSON.stringify(String(received()));
    await within(withinMs, 'the server to end the connection', Promise.resolve(end), seen);
  } finally {
    socket.destroy();
  }
  return received();
}

/** Sends bytes on a connection of their own. @returns all that the server sent until it ended the connection */
export async function exchange(
  container: Container,
  bytes: Buffer | string,
  { ends = false, withinMs }: Exchange = {},
): Promise<Buffer> {
  const socket = await open(container);
  if (ends) socket.end(bytes);
  else socket.write(bytes);
  return readToEnd(socket, withinMs);
}

/** @param request all of it, as it goes over the line @returns the one response, after which the server ends the connection */
export async function send(container: Container, request: string): Promise<RawResponse> {
  const received = await exchange(container, request);
  const [response, ...others] = responsesOf(received);
  if (response === undefined || others.length > 0)
    throw new Error(`not one response: ${JSON.stringify(String(received))}`);
  return response;
}

/** GET of a path that fetch() would tidy up. */
export function get(container: Container, path: string, headers: Record<string, string> = {}): Promise<RawResponse> {
  const lines = Object.entries({ host: 'test', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return send(container, `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}

/**
 * @param methods of the requests that were sent: the response to HEAD has no body
 * @returns the final responses, in their order
 * @throws where a byte belongs to none of them
 */
export function responsesOf(received: Buffer, methods: readonly string[] = []): RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = received;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, Math.max(end, 0)).toString('latin1');
    const [, status] = /^HTTP\/1\.1 (\d{3})[^\r\n]*(?:\r\n[^\r\n]+)*$/.exec(head) ?? [];
    if (status === undefined) throw new Error(`not a response: ${JSON.stringify(rest.toString('latin1'))}`);
    rest = rest.subarray(end + 4);
    if (Number(status) < 200) continue;
    const headers = headersOf(head);
    const [body, length] = methods[responses.length] === 'HEAD' ? [Buffer.alloc(0), 0] : bodyOf(headers, rest);
    rest = rest.subarray(length);
    responses.push({ status: Number(status), headers, body: body.toString() });
  }
  return responses;
}

function headersOf(head: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n').slice(1)) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value.trim()}` : value.trim();
  }
  return headers;
}

/** @returns the body, and how many bytes of `rest` it takes */
function bodyOf(headers: Record<string, string>, rest: Buffer): [body: Buffer, length: number] {
  if (headers['transfer-encoding'] === 'chunked') return chunkedBodyOf(rest);
  // Without a length it goes on until the end.
  const length = Number(headers['content-length'] ?? rest.length);
  if (rest.length < length) throw new Error(`${rest.length} of ${length} bytes of a response`);
  return [rest.subarray(0, length), length];
}

function chunkedBodyOf(rest: Buffer): [body: Buffer, length: number] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let size = -1; size !== 0; at += size + 2) {
    const line = rest.indexOf('\r\n', at);
    size = Number.parseInt(rest.subarray(at, Math.max(at, line)).toString(), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    at = line + 2;
    chunks.push(rest.subarray(at, at + size));
  }
  return [Buffer.concat(chunks), at];
}
