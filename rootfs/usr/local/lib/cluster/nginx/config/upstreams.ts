// The workers as nginx knows them: one unix socket a slot, kept-alive connections.
import type { Plan } from '../../machine/plan.ts';
import { run, slotSocket } from '../../paths.ts';
import { formatDuration } from '../../settings/units.ts';
import { nginxKeepsMs } from '../../upstream-keep-alive.ts';
import type { NginxContext } from './context.ts';
import { block, lines, paragraphs } from './layout.ts';
import { stickyMethod } from './sticky-sessions.ts';

/** Who keeps connections open, and closes them before the workers do: no request meets a closing connection. */
const keepAlive = ({ nginxConnections }: Pick<Plan, 'nginxConnections'>) =>
  lines(
    '# At least the expected concurrency, 512 of 4096 connections: 16 at 64 halved the throughput, 256 at 512 cost 15 %. Not',
    '# more: they count as connections, and where those run out nginx closes idle connections of clients.',
    `keepalive ${Math.ceil(nginxConnections / 8)};`,
    'keepalive_requests 10000;',
    '# nginx closes first, before a worker that is replaced has to: no request meets a closing connection.',
    `keepalive_timeout ${formatDuration(nginxKeepsMs)};`,
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
        keepsByHash &&
          '# A slot without a worker leads to another worker for a moment: connections of that time must not last.',
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
  '# Where connections wait while no worker is ready.',
  `server unix:${run.waitingSocket} backup max_fails=0;`,
);

function serverOf(slot: number): string {
  return `server unix:${slotSocket(slot)} max_fails=0;`;
}
