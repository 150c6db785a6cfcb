// HTTP as it comes over a socket: bytes that no client would send, and every answer to them.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Container } from './container.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const deadlineMs = 10_000;

/**
 * Sends bytes on a connection of their own.
 * @param ends the client closes its side behind them
 * @returns all that the server sent until it closed the connection
 * @throws where it does not in time: it waits for something that the client believes to have sent
 */
export async function exchange(container: Container, bytes: Buffer, ends = false): Promise<Buffer> {
  const { hostname, port } = new URL(container.url('/'));
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // A server that has refused may close before it has read everything.
  socket.on('error', () => {});
  const closed = Promise.race([once(socket, 'end'), once(socket, 'close')]);
  if (ends) socket.end(bytes);
  else socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(new Error('no end')), deadlineMs);
  const start = Date.now();
  await closed.catch(() => undefined);
  clearTimeout(timer);
  socket.destroy();
  if (Date.now() - start >= deadlineMs) {
    throw new Error(
      `the server did not close the connection, and said ${JSON.stringify(String(Buffer.concat(received)))}`,
    );
  }
  return Buffer.concat(received);
}

/**
 * @param methods of the requests that were sent: an answer to HEAD has no body
 * @returns the final answers, in their order
 * @throws where a byte belongs to none of them
 */
export function answersOf(received: Buffer, methods: readonly string[] = []): Answer[] {
  const answers: Answer[] = [];
  let rest = received;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const head = /^HTTP\/1\.1 (\d{3})[^\r\n]*(?:\r\n[^\r\n]+)*$/.exec(
      rest.subarray(0, Math.max(end, 0)).toString('latin1'),
    );
    if (head === null) throw new Error(`not an answer: ${JSON.stringify(rest.toString('latin1'))}`);
    rest = rest.subarray(end + 4);
    const status = Number(head[1]);
    if (status < 200) continue;
    const header = (name: string) => new RegExp(`^${name}: *(.*?) *$`, 'im').exec(head[0])?.[1];
    let body: Buffer = Buffer.alloc(0);
    if (methods[answers.length] !== 'HEAD') {
      if (header('transfer-encoding') === 'chunked') {
        const pieces: Buffer[] = [];
        for (let size = -1; size !== 0; ) {
          const line = rest.indexOf('\r\n');
          size = Number.parseInt(rest.subarray(0, line).toString(), 16);
          if (Number.isNaN(size) || line === -1) throw new Error('a chunk without a size');
          pieces.push(rest.subarray(line + 2, line + 2 + size));
          rest = rest.subarray(line + 2 + size + 2);
        }
        body = Buffer.concat(pieces);
      } else {
        const length = header('content-length');
        // Without a length it goes on until the end.
        const size = length === undefined ? rest.length : Number(length);
        if (rest.length < size) throw new Error(`${rest.length} of ${size} bytes of an answer`);
        body = rest.subarray(0, size);
        rest = rest.subarray(size);
      }
    }
    answers.push({ status, body: body.toString() });
  }
  return answers;
}
