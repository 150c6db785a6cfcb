// How much a client may send, and how long it may take. A slow one waits here, not in a worker.

import { formatDuration, formatSize } from '../../settings/units.ts';
import type { NginxContext } from './context.ts';
import { lines } from './layout.ts';
import type { Topic } from './topic.ts';

/** nginx has buffers of one size, and a line of the head must fit into one: two of half the limit take the longest lines. */
const headBuffers = 2;

export function clientLimits({ settings, plan }: NginxContext): Topic {
  const { clientTimeoutMs, sendTimeoutMs, keepAliveTimeoutMs, maxHeaderBytes, maxUploadBytes } = settings;
  return {
    http: lines(
      settings.underscoresInHeaders &&
        '# Header names with `_`, and with `.` and the like (NGINX_UNDERSCORES_IN_HEADERS).',
      settings.underscoresInHeaders && 'underscores_in_headers on;',
      settings.underscoresInHeaders && 'ignore_invalid_headers off;',
      '# A client that sends slowly waits here, not in a worker.',
      `client_header_timeout ${formatDuration(clientTimeoutMs)};`,
      `client_body_timeout ${formatDuration(clientTimeoutMs)};`,
      `send_timeout ${formatDuration(sendTimeoutMs)};`,
      'reset_timedout_connection on;',
      '# The head in all; the workers take as much. A single line of it may have half.',
      `large_client_header_buffers ${headBuffers} ${formatSize(Math.floor(maxHeaderBytes / headBuffers))};`,
      `client_max_body_size ${formatSize(maxUploadBytes)};`,
      '# A larger body waits in a file, which takes more than twice the CPU time.',
      `client_body_buffer_size ${formatSize(plan.bodyBufferBytes)};`,
      "# Longer than a load balancer's idle time-out (ALB 60 s): the balancer has to be the one that closes.",
      `keepalive_timeout ${formatDuration(keepAliveTimeoutMs)};`,
      '# As a balancer keeps few connections for many requests: after each 1000, as by default, it would have to connect again.',
      'keepalive_requests 10000;',
    ),
  };
}
