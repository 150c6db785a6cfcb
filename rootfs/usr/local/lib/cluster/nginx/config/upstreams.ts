// The workers, and how they are asked: one unix socket a slot, kept-alive connections.

import type { Plan } from '../../machine/plan.ts';
import { run, slotSocket } from '../../paths.ts';
import { nginxKeepsMs } from '../../upstream-keep-alive.ts';
import type { NginxContext } from './context.ts';
import { block, duration, lines, map, paragraphs, type Topic } from './layout.ts';
import { stickyMethod, upstreamOfSession } from './sticky-sessions.ts';

/** Who keeps connections open, and closes them before the workers do: no request meets a closing connection. */
const keepAlive = ({ nginxConnections }: Pick<Plan, 'nginxConnections'>) =>
  lines(
    '# At least the expected concurrency, 512 of 4096 connections: 16 at 64 halved the throughput, 256 at 512 cost 15 %. Not',
    '# more: they count as connections, and where those run out nginx closes clients’ that are idle.',
    `keepalive ${Math.ceil(nginxConnections / 8)};`,
    'keepalive_requests 10000;',
    '# nginx closes first, before a worker that is replaced has to: no request meets a closing connection.',
    `keepalive_timeout ${duration(nginxKeepsMs)};`,
  );

/** A kept-alive connection would go on leading to whoever served the slot when it was opened. */
const noKeepAlive = lines(
  '# Without keep-alive: while a slot has no worker, it leads to another one, and a connection of that time would go on',
  '# doing so. A long poll or a WebSocket pays for a connection of its own.',
);

/** Named, so that a user's own nginx.conf can include them. */
export function upstreams({ settings, plan }: Pick<NginxContext, 'settings' | 'plan'>): string {
  const slots = Array.from({ length: plan.maxWorkers }, (_, slot) => serverOf(slot));
  const keepsByHash = settings.stickySessions === 'ip' || settings.stickySessions === 'cookie';
  return paragraphs(
    block(
      'upstream app',
      lines(
        '# Shared between nginx’s workers.',
        'zone app 256k;',
        stickyMethod(settings.stickySessions),
        "# max_fails=0: the primary replaces workers. nginx's own verdict would close every slot after a few failures.",
        ...slots,
        // A consistent hash knows no backup, and in dev mode the browser shows why nothing answers.
        (settings.stickySessions === 'off' || settings.stickySessions === 'sid') &&
          settings.mode === 'production' &&
          waitingRoom,
        keepAlive(plan),
        keepsByHash && '# While a slot had no worker, it led to another one: connections of that time must not last.',
        keepsByHash && 'keepalive_time 5s;',
      ),
    ),
    ...(settings.stickySessions === 'sid'
      ? slots.map((server, slot) => block(`upstream slot_${slot}`, lines(slot === 0 && noKeepAlive, server)))
      : []),
    block('upstream primary', `server unix:${run.adminSocket} max_fails=0;`),
  );
}

const waitingRoom = lines(
  '# Where connections wait in the moment in which no worker serves.',
  `server unix:${run.waitingSocket} backup max_fails=0;`,
);

function serverOf(slot: number): string {
  return `server unix:${slotSocket(slot)} max_fails=0;`;
}

export const upgradeHeaders = lines(
  'proxy_set_header Connection $upstream_connection;',
  'proxy_set_header Upgrade $http_upgrade;',
);

export function asking(context: NginxContext): Topic {
  const { settings } = context;
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
        `proxy_read_timeout ${duration(settings.requestTimeoutMs)};`,
        '# An answer is taken from the worker at once and in whole, so that a slow client waits here. One of unknown length',
        '# comes with X-Accel-Buffering: no (worker/streams.ts), and is passed on piece by piece.',
        'proxy_buffers 8 16k;',
        'proxy_buffer_size 16k;',
        'proxy_busy_buffers_size 32k;',
        'proxy_max_temp_file_size 0;',
        '# What a worker did not get goes to the next one. So does what it got and died of before it answered, but of POST',
        '# and the like only the former.',
        'proxy_next_upstream error;',
        'proxy_next_upstream_tries 2;',
      ),
    ),
    requestHeaders: upgradeHeaders,
    app: `proxy_pass http://${upstreamOfSession(settings.stickySessions)};`,
  };
}
