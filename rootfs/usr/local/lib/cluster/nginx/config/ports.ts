// The ports, and what a client has to speak there.

import type { NginxContext } from './context.ts';
import { schemeVariable } from './forwarded-headers.ts';
import { block, lines, map, paragraphs } from './layout.ts';
import type { Topic } from './topic.ts';

export function ports(context: NginxContext): Topic {
  const { port, tlsPort, tlsCertificate, proxyProtocol } = context.settings;
  const options = `${proxyProtocol ? ' proxy_protocol' : ''} backlog=4096`;
  const listen = (number: number, more = '') =>
    lines(`listen ${number}${more}${options};`, context.hasIpv6 && `listen [::]:${number}${more}${options};`);
  if (tlsCertificate === undefined) return { server: listen(port) };
  const redirects = context.settings.tlsRedirect;
  return {
    ...(redirects ? { http: redirection(context) } : {}),
    server: paragraphs(
      lines(listen(port), listen(tlsPort, ' ssl'), 'http2 on;'),
      tls(context),
      redirects && block('if ($goes_to_https)', 'return 308 https://$https_host$request_uri;'),
    ),
  };
}

/** Mozilla's "intermediate": every browser of the last years, nothing that is known to be weak. */
function tls({ settings }: NginxContext): string {
  return lines(
    `ssl_certificate "${settings.tlsCertificate}";`,
    `ssl_certificate_key "${settings.tlsKey}";`,
    'ssl_protocols TLSv1.2 TLSv1.3;',
    `ssl_ciphers ${['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305']
      .flatMap((cipher) => [`ECDHE-ECDSA-${cipher}`, `ECDHE-RSA-${cipher}`])
      .join(':')};`,
    '# All of them are strong: the client takes what its processor is good at.',
    'ssl_prefer_server_ciphers off;',
    '# A client that comes back skips half of the handshake. Not by tickets, whose key would never change.',
    'ssl_session_cache shared:tls:10m;',
    'ssl_session_timeout 1d;',
    'ssl_session_tickets off;',
  );
}

function redirection(context: NginxContext): string {
  const { tlsPort } = context.settings;
  return lines(
    '# Requests without TLS are redirected, except health checks (TLS_REDIRECT).',
    '# Nor is the page of an error: the request has a status by then.',
    map(`"$status ${schemeVariable(context)}"`, '$goes_to_https', [
      ['default', '0'],
      ['000 http', '1'],
    ]),
    '# A client that named a port does not use 80 and 443: it is redirected to TLS_PORT.',
    map('$http_host', '$https_host', [
      ['default', '$host'],
      ['~:[0-9]+$', `$host:${tlsPort}`],
    ]),
  );
}
