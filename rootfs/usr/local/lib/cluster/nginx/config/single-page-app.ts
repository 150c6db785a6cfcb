// A single-page app (STATIC_INDEX): its index.html answers for pages that are neither a file nor known to the app.
import type { NginxContext } from './context.ts';
import { errorPageDirectives } from './error-pages.ts';
import { addResponseHeaders } from './headers.ts';
import { block, lines, map, nginxPath } from './layout.ts';
import type { Shared } from './topic.ts';

/** The named location that a request goes to when no file answers it: another one for pages than for the rest. */
export const navigationVariable = '$app_location';

export const navigationMap = lines(
  '# Requests for a page: a browser that navigates accepts text/html before anything else.',
  map('"$request_method $http_accept"', navigationVariable, [
    ['default', '@app'],
    ['~^(GET|HEAD) text/html', '@navigation'],
  ]),
);

/** @returns the locations of such pages */
export function pageLocations(context: NginxContext, { passToApp, replacedResponseHeaders }: Shared): string {
  return lines(
    '# A page that the app does not know either (404) belongs to the single-page app: index.html, with 200.',
    block(
      'location @navigation',
      lines(
        'proxy_intercept_errors on;',
        'error_page 404 =200 @index;',
        errorPageDirectives(context, 404),
        passToApp(),
      ),
    ),
    block(
      'location @index',
      lines(
        `root ${nginxPath(context.settings.staticPath)};`,
        '# Revalidated each time: it names the assets of the newest release.',
        'more_set_headers "Cache-Control: no-cache";',
        addResponseHeaders(replacedResponseHeaders),
        'try_files /index.html =404;',
      ),
    ),
  );
}
