// How a request is passed to a worker, and its response back.
import { formatDuration, formatSize } from '../../settings/units.ts';
import type { NginxContext } from './context.ts';
import { lines, map, paragraphs } from './layout.ts';
import { upstreamOfSession } from './sticky-sessions.ts';
import type { Topic } from './topic.ts';

/** nginx takes in larger parts than this from a worker only where NGINX_MAX_HEADER asks for it. */
const partBytes = 16 * 1024;

/** @param maxHeaderBytes the setting NGINX_MAX_HEADER @returns how large the head of a response may be */
export function responseHeadBytes(maxHeaderBytes: number): number {
  return Math.max(partBytes, maxHeaderBytes);
}

export function proxying({ settings }: NginxContext): Topic {
  const headBytes = responseHeadBytes(settings.maxHeaderBytes);
  const busyBytes = Math.max(2 * partBytes, headBytes);
  return {
    http: paragraphs(
      lines(
        '# "Connection: close" towards a worker would end keep-alive; only an upgrade (WebSocket) is passed on. But none to',
        '# HTTP/2, which would be a tunnel past all that is written here: https://bishopfox.com/blog/h2c-smuggling-request',
        map('$http_upgrade', '$upstream_connection', [
          ['default', 'upgrade'],
          ['', '""'],
          ['~*h2c', '""'],
        ]),
      ),
      lines(
        'proxy_http_version 1.1;',
        'proxy_connect_timeout 2s;',
        '# Until an answer begins, and between parts of it (REQUEST_TIMEOUT).',
        `proxy_read_timeout ${formatDuration(settings.requestTimeoutMs)};`,
        '# An answer is taken from the worker at once and in whole, so that a slow client waits here. One of unknown length',
        '# comes with X-Accel-Buffering: no (worker/streams.ts), and is passed on piece by piece.',
        '# The first part has the head, which must fit into it (NGINX_MAX_HEADER).',
        `proxy_buffer_size ${formatSize(headBytes)};`,
        `proxy_buffers ${Math.max(8, Math.ceil(busyBytes / partBytes) + 2)} ${formatSize(partBytes)};`,
        `proxy_busy_buffers_size ${formatSize(busyBytes)};`,
        'proxy_max_temp_file_size 0;',
        '# A request that did not reach a worker is passed to the next one. So is one whose worker died before it responded,',
        '# unless it is a POST or another one that may not be repeated.',
        'proxy_next_upstream error;',
        'proxy_next_upstream_tries 2;',
      ),
    ),
    requestHeaders: [
      ['Connection', '$upstream_connection'],
      ['Upgrade', '$http_upgrade'],
    ],
    app: `proxy_pass http://${upstreamOfSession(settings.stickySessions)};`,
  };
}
