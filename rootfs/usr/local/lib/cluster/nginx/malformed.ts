// Requests that are malformed in a way that nginx is lenient about, and which host a request is for. Tested with what is in
// tests/image/support/malformed-requests.ts.
import { block, lines, map, paragraphs, type Topic } from './layout.ts';

/** The host that the client asked for, with its port, as nginx understood it. */
export const askedHost = '$asked_host';

export function malformed(): Topic {
  return {
    http: paragraphs(
      lines(
        '# What is no host is refused: an app that makes links of it would send its users to another one. So is HTTP/0.9,',
        '# whose answer would be a body without a head.',
        block(
          'map "$status $server_protocol $http_host" $is_malformed',
          lines(
            '# Asked again for the page of the error, which is to be sent: there is a status by then.',
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
        '# HTTP/1.0 needs no host, but Node does.',
        map('$http_host', '$named_host', [
          ['default', '$http_host'],
          ['', 'localhost'],
        ]),
      ),
      lines(
        '# That of an absolute target counts, not the header: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2',
        map('$request', askedHost, [
          ['default', '$named_host'],
          ['~^[^ ]+ +[^/ ]+://', '$host'],
        ]),
      ),
    ),
    server: block('if ($is_malformed)', 'return 400;'),
  };
}
