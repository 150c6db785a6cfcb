// A single-page app (STATIC_INDEX): its index.html answers for pages that are neither a file nor known to the app.
import { indexFolderOf, usualStaticFolder } from '../../settings/static-folders.ts';
import type { NginxContext } from './context.ts';
import { errorPageDirectives, inheritedErrorPages } from './error-pages.ts';
import { addResponseHeaders } from './headers.ts';
import { block, lines, nginxPath, volatileMap } from './layout.ts';
import type { Shared } from './topic.ts';
import { ownDirectives } from './user-configuration.ts';

/** With STATIC_INDEX, pages have another location than the rest. */
const navigationVariable = '$app_location';

/** @returns the named location, or a variable with its name, that a request goes to when no file answers it */
export function appLocationOf({ settings }: Pick<NginxContext, 'settings'>): string {
  return settings.staticIndex ? navigationVariable : '@app';
}

/**
 * Codes that nginx gives itself behind that location. Pages of the app with one of them are replaced, too, as nginx cannot tell
 * them apart there: so there is no other.
 */
const ownCodes = [429, 502, 504];

export const navigationMap = lines(
  '# Requests for a page: a browser that navigates accepts text/html before anything else.',
  volatileMap('"$request_method $http_accept"', navigationVariable, [
    ['default', '@app'],
    ['~^(GET|HEAD) text/html', '@navigation'],
  ]),
);

/** @returns the locations of such pages */
export function pageLocations(context: NginxContext, { passToApp, replacedResponseHeaders }: Shared): string {
  const hasOwnPages = ownDirectives('error_page', 'location', context.snippets).length > 0;
  return lines(
    '# A page that the app does not know either (404) belongs to the single-page app: index.html, with 200.',
    block(
      'location @navigation',
      lines(
        'proxy_intercept_errors on;',
        'error_page 404 =200 @index;',
        // Else with what passes requests to the app.
        !hasOwnPages && inheritedErrorPages(context),
        !hasOwnPages && errorPageDirectives(context, ownCodes),
        passToApp(ownCodes),
      ),
    ),
    block(
      'location @index',
      lines(
        `root ${nginxPath(indexFolderOf(context.folders)?.path ?? usualStaticFolder)};`,
        '# Revalidated each time: it names the assets of the newest release.',
        'more_set_headers "Cache-Control: no-cache";',
        addResponseHeaders(replacedResponseHeaders),
        'try_files /index.html =404;',
      ),
    ),
  );
}
