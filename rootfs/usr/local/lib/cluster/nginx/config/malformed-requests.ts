// What a request is: for nearly all of them one look is enough. Of the others: which are malformed in a way that nginx is
// lenient about, and which host they are for. Tested with what is in tests/image/support/malformed-requests.ts.
import type { NginxContext } from './context.ts';
import { block, lines, map, paragraphs } from './layout.ts';
import type { Topic } from './topic.ts';

/** The host that the client asked for, with its port, as nginx understood it. */
export const requestedHost = '$asked_host';

/** 1 where the request line and the host are as nearly always: then $ordinary_method and $ordinary_path are what it asks. */
export const isOrdinary = '$is_ordinary';

export function malformedRequests({ settings }: NginxContext): Topic {
  const inPath = settings.accessLogQuery ? '[^ ]' : '[^? ]';
  return {
    http: paragraphs(
      lines(
        '# An ordinary request: a plain host and path, HTTP/1.1 or 2. One regular expression instead of five.',
        map('"$http_host $request"', isOrdinary, [
          ['default', '0'],
          [
            `~^[A-Za-z0-9._-]{1,255}(:[0-9]{0,5})? (?<ordinary_method>[A-Z]+) (?<ordinary_path>/${inPath}{0,1023})[^ ]* HTTP/(1\\.1|2\\.0)$`,
            '1',
          ],
        ]),
      ),
      lines(
        '# A malformed Host is refused: an app that builds links from it would send its users elsewhere. So is HTTP/0.9, whose',
        '# response would be a body without headers.',
        '# Evaluated again (volatile) for the error page, which must not be refused: the request has a status by then.',
        block(`map ${isOrdinary} $is_malformed`, lines('volatile;', 'default $is_strange;', '"1" 0;')),
        block(
          'map "$status $server_protocol $http_host" $is_strange',
          lines(
            'volatile;',
            'default 1;',
            '"~^[1-9]" 0;',
            '"000 HTTP/1.0 " 0;',
            '"~^000 HTTP/[0-9.]+ [A-Za-z0-9._-]{1,255}(:[0-9]{0,5})?$" 0;',
            '"~^000 HTTP/[0-9.]+ \\[[0-9A-Fa-f:.]{2,45}\\](:[0-9]{0,5})?$" 0;',
          ),
        ),
      ),
      lines(
        map(isOrdinary, requestedHost, [
          ['default', '$targeted_host'],
          ['1', '$http_host'],
        ]),
        '# The host of an absolute target counts, not the header: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2',
        map('$request', '$targeted_host', [
          ['default', '$named_host'],
          ['~^[^ ]+ +[^/ ]+://', '$host'],
        ]),
        '# HTTP/1.0 needs no host, but Node does.',
        map('$http_host', '$named_host', [
          ['default', '$http_host'],
          ['', 'localhost'],
        ]),
      ),
    ),
    server: block('if ($is_malformed)', 'return 400;'),
  };
}
