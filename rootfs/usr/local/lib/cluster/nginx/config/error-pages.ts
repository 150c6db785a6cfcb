// Answers that nginx gives itself when something is wrong: small, in the client's language (HTML or JSON), with the request's
// id and without a version. What the app answers is never replaced.
import type { NginxContext } from './context.ts';
import { block, lines, map } from './layout.ts';
import { requestId } from './request-id.ts';
import type { Topic } from './topic.ts';

const texts = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Too large',
  414: 'URL too long',
  416: 'No such range',
  429: 'Too many requests',
  431: 'Request headers too large',
  500: 'Internal error',
  502: 'The app does not answer',
  503: 'Not available',
  504: 'The app did not answer in time',
};

/**
 * A location with an error_page of its own does not inherit the server's: it has to repeat this.
 * @param except codes that the location answers in its own way
 */
export function errorPageDirectives({ settings }: NginxContext, ...except: number[]): string {
  // In dev mode the browser is shown why no version of the app answers.
  const isDevelopment = settings.mode === 'development';
  const { tlsCertificate, tlsRedirect } = settings;
  const others = isDevelopment ? [502, 504, ...except] : except;
  const codes = Object.keys(texts).filter((code) => !others.includes(Number(code)));
  return lines(
    `error_page ${codes.join(' ')} $error_page;`,
    '# A code of nginx’s own: headers too large.',
    'error_page 494 =431 $error_page;',
    '# An unknown transfer coding or version is the client’s fault. As 5xx it would count as ours in every alarm.',
    'error_page 501 505 =400 $error_page;',
    tlsCertificate !== undefined && '# Also one of its own: plain HTTP on the port for HTTPS.',
    tlsCertificate !== undefined &&
      (tlsRedirect ? 'error_page 497 =308 https://$http_host$request_uri;' : 'error_page 497 =400 $error_page;'),
    isDevelopment && 'error_page 502 504 = @dev;',
  );
}

export function errorPages(context: NginxContext): Topic {
  return {
    http: lines(
      '# Our own error pages: HTML for clients that accept it, JSON for all others.',
      map('$http_accept', '$error_page', [
        ['default', '/.error/json'],
        ['~text/html', '/.error/html'],
      ]),
      map('$status', '$error_text', [
        ['default', '"Error"'],
        ...Object.entries(texts).map(([code, text]) => [code, `"${text}"`] as const),
      ]),
    ),
    server: errorPageDirectives(context),
    locations: ({ responseHeaders }) =>
      lines(
        '# The status stays that of the error: 200 here only says that there is a body.',
        ...(['json', 'html'] as const).map((kind) =>
          block(
            `location = /.error/${kind}`,
            lines(
              'internal;',
              '# nginx finds out about a bad range (416) after it has added them: they would be there twice.',
              `more_clear_headers ${responseHeaders.map(([name]) => name).join(' ')};`,
              `default_type ${kind === 'json' ? 'application/json' : 'text/html'};`,
              `return 200 '${kind === 'json' ? json : html}\\n';`,
            ),
          ),
        ),
      ),
  };
}

const json = `{"status":$status,"error":"$error_text","requestId":"${requestId}"}`;

/** Without a single quote, inside of which it stands. */
const html = [
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
  '<title>$error_text</title><style>body{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;',
  'padding:0 1.5rem}small{color:#666}</style><h1>$error_text</h1>',
  `<p><small>$status &middot; request ${requestId}</small>`,
].join('');
