// How a request is passed to a worker, and its response back.
import { formatDuration } from '../../settings/units.ts';
import type { NginxContext } from './context.ts';
import { lines, map, paragraphs } from './layout.ts';
import { upstreamOfSession } from './sticky-sessions.ts';
import type { Topic } from './topic.ts';

export function proxying({ settings }: NginxContext): Topic {
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
        'proxy_buffers 8 16k;',
        'proxy_buffer_size 16k;',
        'proxy_busy_buffers_size 32k;',
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
