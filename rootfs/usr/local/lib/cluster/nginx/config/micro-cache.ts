// The micro-cache (MICRO_CACHE): answers of the app are kept for as long as they say themselves. Without s-maxage or max-age
// nothing is; private, no-store, Set-Cookie and Vary are obeyed, as nginx does of its own.
import { formatSize } from '../../settings/units.ts';
import type { NginxContext } from './context.ts';
import { hostVariable, schemeVariable } from './forwarded-headers.ts';
import { lines } from './layout.ts';
import type { Topic } from './topic.ts';

export function microCache(context: NginxContext): Topic {
  const { microCacheBytes } = context.settings;
  if (microCacheBytes === 0) return {};
  return {
    http: lines(
      '# The micro-cache. A response that nobody requests for ten minutes is removed.',
      `proxy_cache_path ${context.folder}/cache levels=1:2 keys_zone=answers:10m`,
      `  max_size=${formatSize(microCacheBytes)} inactive=10m use_temp_path=off;`,
      `proxy_cache_key ${schemeVariable(context)}://${hostVariable(context)}$request_uri;`,
      '# While one request fetches the new answer, the others get the old one. (No proxy_cache_lock: it would queue up',
      '# requests for what turns out not to be cacheable.)',
      'proxy_cache_use_stale updating;',
      'proxy_cache_revalidate on;',
      '# A request with credentials or cookies is neither answered from the cache nor kept in it.',
      'proxy_cache_bypass $http_authorization $http_cookie $http_upgrade;',
      'proxy_no_cache $http_authorization $http_cookie;',
    ),
    responseHeaders: [['X-Cache', '$upstream_cache_status']],
    app: 'proxy_cache answers;',
  };
}
