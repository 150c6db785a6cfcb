// What is asked by a load balancer, or sent in place of a refused answer: out of reach of passwords, limits and rules.
import type { NginxContext } from './context.ts';
import { lines, map } from './layout.ts';

/** Zones whose key is empty, so that nothing is counted in them. */
const zones = { requests: 'uncounted_requests', connections: 'uncounted_connections' };

/** A user's limit can be at a level that locations inherit from. */
function mayHaveLimits({ snippets }: Pick<NginxContext, 'snippets'>): boolean {
  return snippets.has('http') || snippets.has('server');
}

/** @returns content of a location that everybody may ask at any time */
export function openToEveryone(context: Pick<NginxContext, 'snippets'>): string {
  return lines(
    'auth_basic off;',
    'auth_request off;',
    'allow all;',
    mayHaveLimits(context) && `limit_req zone=${zones.requests};`,
    mayHaveLimits(context) && `limit_conn ${zones.connections} 1;`,
  );
}

/** @returns what the limits of such a location need in `http` */
export function uncountedZones(context: Pick<NginxContext, 'snippets'>): string {
  if (!mayHaveLimits(context)) return '';
  return lines(
    '# Without a key, nothing is counted: limits of the user’s own do not reach health checks and error pages.',
    map('""', '$uncounted', [['default', '""']]),
    `limit_req_zone $uncounted zone=${zones.requests}:32k rate=1r/s;`,
    `limit_conn_zone $uncounted zone=${zones.connections}:32k;`,
  );
}
