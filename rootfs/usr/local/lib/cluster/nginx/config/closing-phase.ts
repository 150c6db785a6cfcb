// The end of the server: a stop that cuts no client's connection while it is in use.
import type { NginxContext } from './context.ts';
import { block, lines, type Topic } from './layout.ts';
import { upgradeHeaders } from './upstreams.ts';

export function closing(_context: NginxContext): Topic {
  return {
    locations: ({ askApp, requestHeaders }) => {
      // With the user's own lines in it, a location has the request's headers already.
      const asking = askApp.includes(requestHeaders) ? askApp : lines(requestHeaders, askApp);
      return lines(
        '# A stop is near: a worker sends each request on to here, where the answer closes the client’s connection.',
        block(
          'location @closing',
          lines('keepalive_timeout 0;', asking.replace(upgradeHeaders, 'proxy_set_header Connection close;')),
        ),
      );
    },
  };
}
