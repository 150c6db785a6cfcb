// Answers that nginx gives itself when something is wrong: small, in the client's language (HTML or JSON), with the request's
// id and without a version. What the app answers is never replaced.
import type { NginxContext } from './context.ts';
import { textOfStatus, upstreamFailures } from './failures.ts';
import type { Header } from './headers.ts';
import { block, lines, map, nginxPath } from './layout.ts';
import { duringMaintenance, maintenanceVariable } from './maintenance-mode.ts';
import { openToEveryone, uncountedZones } from './open-to-everyone.ts';
import { requestId } from './request-id.ts';
import type { Topic } from './topic.ts';
import { ownDirectives } from './user-configuration.ts';

/** Codes that nginx gives itself. */
const codes = [400, 401, 403, 404, 405, 413, 414, 416, 429, 431, 500, 502, 503, 504];

/**
 * A location with an error_page of its own does not inherit the server's: it has to repeat this.
 * @param only the codes that the location is to answer like that; all where it is not given
 */
export function errorPageDirectives({ settings }: NginxContext, only: readonly number[] = codes): string {
  // In dev mode the browser is shown why no version of the app answers.
  const isDevelopment = settings.mode === 'development';
  const { tlsCertificate, tlsRedirect } = settings;
  const isForAll = only === codes;
  const own = only.filter((code) => !isDevelopment || ![502, 504].includes(code));
  return lines(
    own.length > 0 && `error_page ${own.join(' ')} $error_page;`,
    isForAll && '# A code of nginx’s own: headers too large.',
    isForAll && 'error_page 494 =431 $error_page;',
    isForAll &&
      '# An unknown transfer coding or version is the client’s fault. As 5xx it would count as ours in every alarm.',
    isForAll && 'error_page 501 505 =400 $error_page;',
    isForAll && tlsCertificate !== undefined && '# Also one of its own: plain HTTP on the port for HTTPS.',
    isForAll &&
      tlsCertificate !== undefined &&
      (tlsRedirect ? 'error_page 497 =308 https://$http_host$request_uri;' : 'error_page 497 =400 $error_page;'),
    isForAll && '# Not an error: a WebSocket (websockets.ts).',
    isForAll && 'error_page 418 = @websocket;',
    isDevelopment && 'error_page 502 504 = @dev;',
  );
}

/**
 * What the user has said of errors at the levels around a location that does not inherit it. Of several pages for a code nginx
 * takes the first: the user's own go before ours.
 */
export function inheritedErrorPages({ snippets }: Pick<NginxContext, 'snippets'>): string {
  const ofServer = ownDirectives('error_page', 'server', snippets);
  const inherited = ofServer.length > 0 ? ofServer : ownDirectives('error_page', 'http', snippets);
  return lines(...inherited.map(({ words }) => `${words.join(' ')};`));
}

/** What is last in the server, behind what the user has said of errors there. */
export function serverErrorPages(context: NginxContext): string {
  const { snippets } = context;
  const isHidden = ownDirectives('error_page', 'server', snippets).length === 0;
  return lines(
    isHidden && inheritedErrorPages(context),
    '# Behind the user’s own: of several pages for a code, nginx takes the first.',
    errorPageDirectives(context),
  );
}

export function errorPages(context: NginxContext): Topic {
  const hasOwnPages = context.errorPages.length > 0;
  return {
    http: lines(
      '# Our own error pages: HTML for clients that accept it, JSON for all others.',
      map('$http_accept', '$error_page', [
        ['default', '/.error/json'],
        ['~text/html', hasOwnPages ? '$error_page_html' : '/.error/html'],
      ]),
      hasOwnPages && ownPages(context.errorPages),
      textOfStatus,
      upstreamFailures(context.settings.maxHeaderBytes),
      uncountedZones(context),
    ),
    locations: ({ responseHeaders }) =>
      lines(
        '# The status stays that of the error: 200 here only says that there is a body.',
        hasOwnPages && ownPagesLocation(context, commonContent(responseHeaders)),
        ...(['json', 'html'] as const).map((kind) =>
          block(
            `location = /.error/${kind}`,
            lines(
              commonContent(responseHeaders),
              `default_type ${kind === 'json' ? 'application/json' : 'text/html'};`,
              `return 200 '${kind === 'json' ? json : html}\\n';`,
            ),
          ),
        ),
      ),
  };
}

/** @param names of files, without `.html` */
function ownPages(names: readonly string[]): string {
  const codes = names.filter((name) => name !== 'maintenance');
  const pageOf = (name: string) => `${ownPagesUrl}${name}.html`;
  const pageOf503 = codes.find((name) => new RegExp(`^${codePattern(name)}$`).test('503'));
  const hasMaintenance = names.length > codes.length;
  return lines(
    '# Pages of the user’s own (ERROR_PAGES).',
    map('$status', '$error_page_html', [
      ['default', '/.error/html'],
      ...(hasMaintenance ? [['503', '$error_page_503'] as const] : []),
      ...codes
        .filter((name) => !hasMaintenance || name !== '503')
        .map((name) => [name.includes('x') ? `~^${codePattern(name)}$` : name, pageOf(name)] as const),
    ]),
    hasMaintenance &&
      map(maintenanceVariable, '$error_page_503', [
        ['default', pageOf503 === undefined ? '/.error/html' : pageOf(pageOf503)],
        ...duringMaintenance(pageOf('maintenance')),
      ]),
  );
}

function codePattern(name: string): string {
  return name.replaceAll('x', '[0-9]');
}

const ownPagesUrl = '/.error/pages/';

function ownPagesLocation(context: NginxContext, content: string): string {
  return block(
    `location ${ownPagesUrl}`,
    lines(
      content,
      openToEveryone(context),
      `alias ${nginxPath(`${context.settings.errorPages}/`)};`,
      'charset utf-8;',
      '# Where it has been removed since the start.',
      'try_files $uri /.error/html;',
    ),
  );
}

/** Of each location with a page. */
function commonContent(responseHeaders: readonly Header[]): string {
  return lines(
    'internal;',
    '# nginx finds out about a bad range (416) after it has added them: they would be there twice.',
    `more_clear_headers ${responseHeaders.map(([name]) => name).join(' ')};`,
  );
}

const json = `{"status":$status,"error":"$error_text"$error_reason,"requestId":"${requestId}"}`;

/** Without a single quote, inside of which it stands. */
const html = [
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
  '<title>$error_text</title><style>body{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;',
  'padding:0 1.5rem}small{color:#666}</style><h1>$error_text</h1>$error_sentence',
  `<p><small>$status &middot; request ${requestId}</small>`,
].join('');
