// Which worker gets a request. By default the one with the fewest; with STICKY_SESSIONS the one that has the client's session,
// as Socket.IO's long polling needs it. A reload keeps the slots' numbers: a session lives until its worker is replaced.
import type { Settings } from '../../settings/read.ts';
import type { NginxContext } from './context.ts';
import { schemeVariable } from './forwarded-headers.ts';
import { lines, map } from './layout.ts';
import type { Topic } from './topic.ts';

type StickySessions = Settings['stickySessions'];

/** The cookie that names a client. */
const cookie = 'node_worker';

/** @returns what stands in the upstream block */
export function stickyMethod(sticky: StickySessions): string {
  switch (sticky) {
    case 'ip':
      return '# A client stays at its worker by its address: who shares one shares a worker (STICKY_SESSIONS).\nhash $remote_addr consistent;';
    case 'cookie':
      return '# A client stays at its worker by its cookie (STICKY_SESSIONS).\nhash $sticky_key consistent;';
    case 'off':
    case 'sid':
      return '# Round robin would go on sending requests to a blocked worker until all clients wait.\nleast_conn;';
  }
}

/** @returns the upstream that a request goes to */
export function upstreamOfSession(sticky: StickySessions): string {
  return sticky === 'sid' ? '$upstream_of_session' : 'app';
}

export function stickySessions(context: NginxContext): Topic {
  const { settings, plan } = context;
  switch (settings.stickySessions) {
    case 'off':
    case 'ip':
      return {};
    case 'cookie':
      return {
        http: lines(
          map(`$cookie_${cookie}`, '$sticky_key', [
            ['default', `$cookie_${cookie}`],
            ['', '$request_id'],
          ]),
          '# Set once, by an answer of the app.',
          map(`"${schemeVariable(context)}:$cookie_${cookie}:$upstream_addr"`, '$sticky_cookie', [
            ['default', '""'],
            ['~^http::unix:.*slot-', `"${cookie}=$sticky_key; Path=/; HttpOnly; SameSite=Lax"`],
            ['~^https::unix:.*slot-', `"${cookie}=$sticky_key; Path=/; HttpOnly; SameSite=Lax; Secure"`],
          ]),
        ),
        responseHeaders: [['Set-Cookie', '$sticky_cookie']],
      };
    case 'sid':
      return {
        http: lines(
          '# The session id begins with the slot of its worker (STICKY_SESSIONS=sid).',
          map('$arg_sid', '$upstream_of_session', [
            ['default', 'app'],
            ...Array.from({ length: plan.maxWorkers }, (_, slot) => [`~^${slot}-`, `slot_${slot}`] as const),
          ]),
        ),
      };
  }
}
