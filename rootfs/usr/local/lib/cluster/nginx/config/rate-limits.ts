// How much one client may ask for (RATE_LIMIT, CONNECTION_LIMIT). Off unless set: behind a proxy that is not trusted,
// every client has the proxy's address.
import type { Rate } from '../../settings/types/amount.ts';
import type { NginxContext } from './context.ts';
import { lines, map } from './layout.ts';
import type { Topic } from './topic.ts';

export function rateLimits({ settings }: NginxContext): Topic {
  const { rateLimit, connectionLimit } = settings;
  const limitsRate = rateLimit !== 'off';
  const limitsConnections = connectionLimit !== 'off';
  if (!limitsRate && !limitsConnections) return {};
  return {
    http: lines(
      '# Ten megabytes hold 80,000 addresses.',
      limitsRate &&
        `limit_req_zone $binary_remote_addr zone=requests:10m rate=${rateLimit.requests}r/${rateLimit.per};`,
      limitsRate && 'limit_req_status 429;',
      limitsConnections && '# Probes do not count: a balancer may have the address of all clients.',
      limitsConnections &&
        map('$uri', '$limited_client', [
          ['default', '$binary_remote_addr'],
          [settings.healthPath, '""'],
        ]),
      limitsConnections && 'limit_conn_zone $limited_client zone=connections:10m;',
      limitsConnections && 'limit_conn_status 429;',
    ),
    ...(limitsConnections ? { server: `limit_conn connections ${connectionLimit};` } : {}),
    // Here and not for the whole server: a page may well come with thirty files.
    ...(limitsRate ? { app: `limit_req zone=requests burst=${burstOf(rateLimit)} nodelay;` } : {}),
  };
}

/** Two seconds' worth, and at least what a page asks for at once. */
export function burstOf(rate: Rate): number {
  return Math.max(10, Math.ceil(2 * perSecond(rate)));
}

/** @returns when the next request will be let through, after one that was not */
export function retryAfterSeconds(rate: Rate | 'off'): number {
  return rate === 'off' ? 1 : Math.ceil(1 / perSecond(rate));
}

function perSecond({ requests, per }: Rate): number {
  return per === 's' ? requests : requests / 60;
}
