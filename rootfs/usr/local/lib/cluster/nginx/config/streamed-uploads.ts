// Request bodies. By default nginx takes them in whole, then asks the app: a slow client costs no worker, and a request can
// still go to another worker. Where the app wants to see a body as it comes (NGINX_STREAM_UPLOADS), it is passed on at once.

import { prefixOf } from '../../settings/base-path.ts';
import type { NginxContext } from './context.ts';
import { block, lines, urlPathPattern } from './layout.ts';
import type { Topic } from './topic.ts';
import { divertUpgrades } from './websockets.ts';

export function streamedUploads({ settings }: NginxContext): Topic {
  const { streamedUploads: paths } = settings;
  if (paths.length === 0) return {};
  const pattern = `^${urlPathPattern(prefixOf(settings))}(${paths.map(urlPathPattern).join('|')})(/|$)`;
  return {
    locations: ({ passToApp }) =>
      lines(
        '# Bodies reach the app while they are being sent.',
        block(`location ~ ${pattern}`, lines(divertUpgrades, 'proxy_request_buffering off;', passToApp())),
      ),
  };
}
