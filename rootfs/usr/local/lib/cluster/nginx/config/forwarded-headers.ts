// Who is asking: address, protocol, host and port as the client sees them. Behind a load balancer that is trusted
// (TRUSTED_PROXIES) they are what it says; otherwise those of the connection, whatever a header claims.
import type { NginxContext } from './context.ts';
import { block, lines, map, paragraphs } from './layout.ts';
import { requestedHost } from './malformed-requests.ts';
import type { Topic } from './topic.ts';

const overwritten =
  'Overwritten, never appended to: the app believes these, and a client cannot claim to be somebody else.';

/** The protocol that the client speaks: http or https. */
export function schemeVariable({ settings }: Pick<NginxContext, 'settings'>): string {
  return settings.trustedProxies.length === 0 ? '$scheme' : '$client_scheme';
}

/** The Host that the client asked for, with its port. */
export function hostVariable({ settings }: Pick<NginxContext, 'settings'>): string {
  return settings.trustedProxies.length === 0 || settings.proxyProtocol ? requestedHost : '$client_host';
}

export function forwardedHeaders(context: NginxContext): Topic {
  const { trustedProxies, proxyProtocol, basePath } = context.settings;
  const isTrusted = trustedProxies.length > 0;
  const hasForwardedPort = isTrusted && !proxyProtocol;
  return {
    ...(isTrusted ? { http: paragraphs(realAddress(context), forwardedVariables(proxyProtocol)) } : {}),
    requestHeaders: [
      ['Host', hostVariable(context)],
      ['X-Forwarded-For', '$remote_addr', overwritten],
      ['X-Forwarded-Proto', schemeVariable(context)],
      ['X-Real-IP', '$remote_addr'],
      ['X-Forwarded-Port', hasForwardedPort ? '$client_port' : '""'],
      // An empty value: nginx does not pass the header on.
      ['Forwarded', '""', 'Other headers for the same purpose are removed, so that a client cannot set them.'],
      ['X-Forwarded-Host', '""'],
      ['X-Forwarded-Prefix', basePath === '/' ? '""' : basePath],
    ],
  };
}

function realAddress({ settings }: NginxContext): string {
  const { trustedProxies, proxyProtocol } = settings;
  return lines(
    proxyProtocol
      ? '# The client is whoever the PROXY protocol names (PROXY_PROTOCOL).'
      : '# The client is the last address of X-Forwarded-For that is not one of the trusted proxies (TRUSTED_PROXIES).',
    ...trustedProxies.map((network) => `set_real_ip_from ${network};`),
    `real_ip_header ${proxyProtocol ? 'proxy_protocol' : 'X-Forwarded-For'};`,
    'real_ip_recursive on;',
    block(
      'geo $realip_remote_addr $is_trusted_proxy',
      lines('default 0;', ...trustedProxies.map((network) => `${network} 1;`)),
    ),
  );
}

function forwardedVariables(proxyProtocol: boolean): string {
  if (proxyProtocol) {
    return lines(
      '# A TCP load balancer that terminates TLS on its port 443 has no header to say so.',
      map('"$is_trusted_proxy $proxy_protocol_server_port"', '$client_scheme', [
        ['default', '$scheme'],
        ['1 443', 'https'],
      ]),
    );
  }
  return lines(
    '# Only one plain value is trusted: in a list, the client may have written a part.',
    map('"$is_trusted_proxy $http_x_forwarded_proto"', '$client_scheme', [
      ['default', '$scheme'],
      ['1 https', 'https'],
      ['1 http', 'http'],
    ]),
    map('"$is_trusted_proxy $http_x_forwarded_host"', '$client_host', [
      ['default', requestedHost],
      ['~^1 ([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?$', '$http_x_forwarded_host'],
    ]),
    map('"$is_trusted_proxy $http_x_forwarded_port"', '$client_port', [
      ['default', '""'],
      ['~^1 [0-9]{1,5}$', '$http_x_forwarded_port'],
    ]),
  );
}
