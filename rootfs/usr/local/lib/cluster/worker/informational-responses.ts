// Informational responses (1xx) of the app do not reach nginx, which takes the first for the final one: 1.26 knows none but
// 101, and the request would hang. Clients that ask for 100 Continue get it from nginx.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** `_httpMessage` is the response that the connection is at, `_header` its head once it has been written. Node's own names. */
type HttpSocket = Socket & { _httpMessage?: (ServerResponse & { _header?: string | null }) | null };

/** 101 is the final response of an upgrade. */
const informational = /^HTTP\/1\.\d 1(?!01)\d\d[ \r]/;
const longestStatus = 'HTTP/1.1 103 '.length;

/**
 * Node's own (writeEarlyHints(), writeProcessing(), writeContinue()) and those that frameworks write to the socket themselves
 * are dropped; their callbacks are called. What follows the head of the final response is never looked at.
 */
export function dropInformationalResponses(socket: Socket): void {
  const { write } = socket;
  let isWithinHead = false;
  socket.write = function writeFinalResponses(this: HttpSocket, chunk: unknown, ...args: unknown[]): boolean {
    const response = this._httpMessage;
    const isDropped = response && !response._header && (isWithinHead || isInformational(chunk));
    if (!isDropped) return Reflect.apply(write, this, [chunk, ...args]);
    const rest = withoutHead(chunk as Chunk);
    isWithinHead = rest === undefined;
    if (rest !== undefined && rest.length > 0) return Reflect.apply(this.write, this, [rest, ...args]);
    const done = args.findLast((arg) => typeof arg === 'function');
    if (done !== undefined) process.nextTick(done);
    return true;
  } as typeof socket.write;
}

type Chunk = string | Uint8Array;

function isInformational(chunk: unknown): boolean {
  if (typeof chunk === 'string') return informational.test(chunk);
  return chunk instanceof Uint8Array && informational.test(latin1(chunk.subarray(0, longestStatus)));
}

/** @returns what comes after the head in the same chunk; undefined where its end has not come yet */
function withoutHead(chunk: Chunk): Chunk | undefined {
  const end = /^\r\n|\r\n\r\n/.exec(typeof chunk === 'string' ? chunk : latin1(chunk));
  return end === null ? undefined : chunk.slice(end.index + end[0].length);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
