// What nginx.conf is rendered from where no container is: for the unit tests, and for gixy.
import type { NginxContext } from '../../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import { securityHeadersOf } from '../../rootfs/usr/local/lib/cluster/nginx/config/helmet.ts';
import type { Disk, Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { type Mode, readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { makeCertificate } from './certificate.ts';

const { certificate, key } = makeCertificate('localhost');
/** Each folder is there, and each file, which is a certificate and its key. */
const everything: Disk = { isFolder: () => true, isFile: () => true, read: () => certificate + key };

export const tls: Environment = { TLS_CERTIFICATE: '/run/secrets/tls.crt', TLS_KEY: '/run/secrets/tls.key' };

/** What a setting needs before it means something. */
export const needed: Partial<Record<string, Environment>> = {
  TLS_CERTIFICATE: tls,
  TLS_KEY: tls,
  TLS_PORT: tls,
  TLS_REDIRECT: tls,
  PROXY_PROTOCOL: { TRUSTED_PROXIES: 'private' },
};

/** @throws ClusterError SETTINGS_INVALID */
export function settingsOf(environment: Environment, mode: Mode = 'production') {
  return readSettings(environment, mode, everything).settings;
}

/** A container with a static folder, two CPUs and nothing of the user's. */
export function contextOf(settings: NginxContext['settings']): NginxContext {
  return {
    settings,
    plan: { maxWorkers: 3, nginxWorkers: 2, nginxConnections: 4096, nginxOpenFiles: 6144, bodyBufferBytes: 65_536 },
    folder: '/run/nginx',
    isRoot: false,
    hasIpv6: true,
    hasStaticFolder: true,
    hasSources: false,
    strayLinks: [],
    securityHeaders: securityHeadersOf(settings.securityHeaders),
    snippets: new Set(),
    startId: '0a1b2c3d',
    isTerminal: false,
    requestsMs: 20_000,
  };
}
