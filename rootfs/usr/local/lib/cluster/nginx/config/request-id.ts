// One id for a request: in the log, in the answer, and for the app.
import type { NginxContext } from './context.ts';
import { lines, map } from './layout.ts';
import type { Topic } from './topic.ts';

export const requestId = '$correlation_id';

export function requestIds({ startId }: NginxContext): Topic {
  // $request_id, sixteen random bytes, costs 2 µs of the 22 that a small request takes.
  const own = `"${startId}-$pid-$connection-$connection_requests"`;
  return {
    http: lines(
      '# An id that came with the request is kept, also from a client: it ties log lines together and opens no door.',
      '# The first part is of this start of the container. Unique, but easy to guess: not for secrets.',
      map('$http_x_request_id', requestId, [
        ['', own],
        ['~^[A-Za-z0-9._-]{8,128}$', '$http_x_request_id'],
        ['default', own],
      ]),
      'proxy_hide_header X-Request-Id;',
    ),
    responseHeaders: [['X-Request-Id', requestId]],
    requestHeaders: [['X-Request-Id', requestId]],
  };
}
