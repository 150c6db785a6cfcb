// A response whose length is not known when it begins is a stream (server-sent events, streamed pages). Where nginx
// compresses it, as for every browser, its pieces would be held back until the response has ended; without buffering,
// each piece is flushed. Any other response nginx takes at once and in whole, so that a slow client waits there.
import type { ServerResponse } from 'node:http';
import http from '../lean-http.ts';

type WriteHead = typeof ServerResponse.prototype.writeHead;
/** Set by Node before it writes the headers of `end(body)`. */
type WithLength = ServerResponse & { _contentLength?: number | null };

/** nginx obeys this header and keeps it for itself. An app that sets it has decided. */
const header = 'X-Accel-Buffering';

/**
 * For every response of this process.
 * @param isCached nginx keeps what it may (MICRO_CACHE): that it takes in whole
 */
export function letStreamsFlow(isCached: boolean): void {
  const { writeHead } = http.ServerResponse.prototype;
  http.ServerResponse.prototype.writeHead = function writeHeadOfStream(this: WithLength, ...args: unknown[]) {
    const given = args.findLast((arg) => typeof arg === 'object' && arg !== null) as Headers | undefined;
    const isOfKnownLength = typeof this._contentLength === 'number' || hasLength(this, given);
    if (!isOfKnownLength && !this.headersSent && !this.hasHeader(header) && !(isCached && mayBeKept(this, given))) {
      this.setHeader(header, 'no');
    }
    return Reflect.apply(writeHead, this, args);
  } as WriteHead;
}

/** The forms that writeHead() takes headers in. */
type Headers = Record<string, unknown> | readonly unknown[];

function hasLength(response: ServerResponse, given: Headers | undefined): boolean {
  if (response.hasHeader('content-length')) return true;
  if (given === undefined) return false;
  const names = Array.isArray(given) ? given.flat().filter((value) => typeof value === 'string') : Object.keys(given);
  return names.some((name) => name.length === 14 && name.toLowerCase() === 'content-length');
}

/** It says itself for how long others than its client may keep it. */
function mayBeKept(response: ServerResponse, given: Headers | undefined): boolean {
  const inGiven = Array.isArray(given) ? given : Object.entries(given ?? {}).flat();
  const at = inGiven.findIndex((value) => typeof value === 'string' && value.toLowerCase() === 'cache-control');
  const value = at === -1 ? response.getHeader('cache-control') : inGiven[at + 1];
  return /\bs-maxage=[1-9]/.test(String(value));
}
