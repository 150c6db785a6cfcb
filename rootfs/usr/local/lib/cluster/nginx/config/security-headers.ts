// Security headers on every answer, whoever gives it. What the app sets itself wins, header by header.

import type { NginxContext } from './context.ts';
import { schemeVariable } from './forwarded-headers.ts';
import type { Header } from './helmet.ts';
import { lines, map, quoted, type Topic } from './layout.ts';

const overHttpsOnly = 'Strict-Transport-Security';

export function securityHeaders(context: NginxContext): Topic {
  const { securityHeaders: headers } = context;
  if (headers.length === 0) return {};
  return {
    http: lines(
      '# Security headers, as helmet sets them (SECURITY_HEADERS). Each is added where the app has not set it itself.',
      ...headers.map(([name, value]) =>
        name === overHttpsOnly
          ? map(`"${schemeVariable(context)}:${ofUpstream(name)}"`, variableOf(name), [['https:', quoted(value)]])
          : map(ofUpstream(name), variableOf(name), [['', quoted(value)]]),
      ),
    ),
    headers: lines(...headers.map(([name]) => `add_header ${name} ${variableOf(name)} always;`)),
  };
}

/** What the app set itself, for a location whose answer takes the place of the app's. */
export function securityHeadersOfApp(headers: readonly Header[]): string {
  return lines(...headers.map(([name]) => `add_header ${name} ${ofUpstream(name)} always;`));
}

/** The app's own header; empty where it has none, or was not asked. */
function ofUpstream(name: string): string {
  return `$upstream_http_${underscored(name)}`;
}

function variableOf(name: string): string {
  return `$security_${underscored(name)}`;
}

function underscored(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
