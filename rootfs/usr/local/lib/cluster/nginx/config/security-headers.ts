// Security headers on every answer, whoever gives it. What the app sets itself wins, header by header.

import type { NginxContext } from './context.ts';
import { schemeVariable } from './forwarded-headers.ts';
import type { Header } from './headers.ts';
import type { SecurityHeader } from './helmet.ts';
import { lines, map, nginxString } from './layout.ts';
import type { Topic } from './topic.ts';

const overHttpsOnly = 'Strict-Transport-Security';

export function securityHeaders(context: NginxContext): Topic {
  const { securityHeaders: headers } = context;
  if (headers.length === 0) return {};
  return {
    http: lines(
      '# Security headers, as helmet sets them (SECURITY_HEADERS). Each is added where the app has not set it itself.',
      ...headers.map(([name, value]) =>
        name === overHttpsOnly
          ? map(`"${schemeVariable(context)}:${upstreamVariable(name)}"`, ownVariable(name), [
              ['https:', nginxString(value)],
            ])
          : map(upstreamVariable(name), ownVariable(name), [['', nginxString(value)]]),
      ),
    ),
    responseHeaders: headers.map(([name]) => [name, ownVariable(name)]),
  };
}

/** What the app set itself, for a location whose response takes the place of the app's. */
export function appSecurityHeaders(headers: readonly SecurityHeader[]): Header[] {
  return headers.map(([name]) => [name, upstreamVariable(name)]);
}

/** The app's own header; empty where it has none, or got no request. */
function upstreamVariable(name: string): string {
  return `$upstream_http_${underscored(name)}`;
}

function ownVariable(name: string): string {
  return `$security_${underscored(name)}`;
}

function underscored(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
