// A WebSocket may be idle for longer than a request may be silent (WEBSOCKET_TIMEOUT). nginx takes no variable for that time,
// so what asks for an upgrade goes on in a location of its own. A plain request pays for one look at a variable.
import { formatDuration } from '../../settings/units.ts';
import type { NginxContext } from './context.ts';
import { block, lines } from './layout.ts';
import type { Topic } from './topic.ts';
import { ownDirectives } from './user-configuration.ts';

/** In a location that passes requests to the app: error-pages.ts says where 418, which nginx itself never gives, leads to. */
export const divertUpgrades = block('if ($upstream_connection)', 'return 418;');

export function webSockets({ settings, snippets }: NginxContext): Topic {
  // A second one would be refused.
  const hasOwnTimeout = ownDirectives('proxy_read_timeout', 'location', snippets).length > 0;
  return {
    locations: ({ passToApp }) =>
      lines(
        '# Connections that are upgraded: WebSockets (WEBSOCKET_TIMEOUT).',
        block(
          'location @websocket',
          lines(!hasOwnTimeout && `proxy_read_timeout ${formatDuration(settings.webSocketTimeoutMs)};`, passToApp()),
        ),
      ),
  };
}
