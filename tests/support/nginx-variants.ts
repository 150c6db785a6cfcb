// What nginx.conf is rendered from where no container is: for the unit tests, and for gixy.
import type { NginxContext, StaticFolder } from '../../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import { securityHeadersOf } from '../../rootfs/usr/local/lib/cluster/nginx/config/helmet.ts';
import { directivesOf } from '../../rootfs/usr/local/lib/cluster/nginx/directives.ts';
import type { Disk, Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { type Mode, readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { placedFolders } from '../../rootfs/usr/local/lib/cluster/settings/static-folders.ts';
import { makeCertificate } from './certificate.ts';

const { certificate, key } = makeCertificate('localhost');
/** Each folder is there, and each file, which is a certificate and its key, or has users and their passwords. */
const everything: Disk = {
  isFolder: () => true,
  isFile: () => true,
  read: (path) => (path.endsWith('htpasswd') ? 'me:$apr1$salt$hash\n' : certificate + key),
};

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

export function staticFolder(settings: NginxContext['settings'], more: Partial<StaticFolder> = {}): StaticFolder {
  const [placed = { url: '/', path: '/app/public' }] = placedFolders(settings);
  const reason = 'STATIC_PATH';
  return {
    ...placed,
    reason,
    onlyHashed: false,
    hasIndex: true,
    hasFolderPages: true,
    hasSources: false,
    strayLinks: [],
    ...more,
  };
}

/** At each level some, with directives that matter to what the image sets. */
export const snippets: NginxContext['snippets'] = new Map([
  ['http', directivesOf('error_page 502 /502.html;')],
  ['server', directivesOf('location /reports/ { proxy_pass http://app; } error_page 404 /404.html;')],
  ['location', directivesOf('proxy_read_timeout 7s; error_page 502 /502.html;')],
]);

/** A container with a static folder, two CPUs and nothing of the user's. */
export function contextOf(settings: NginxContext['settings']): NginxContext {
  return {
    settings,
    plan: { maxWorkers: 3, nginxWorkers: 2, nginxConnections: 4096, nginxOpenFiles: 6144, bodyBufferBytes: 65_536 },
    folder: '/run/nginx',
    isRoot: false,
    hasIpv6: true,
    folders: placedFolders(settings).map((folder) => staticFolder(settings, folder)),
    securityHeaders: securityHeadersOf(settings.securityHeaders),
    errorPages: settings.errorPages === undefined ? [] : ['404', '50x', '5xx', 'maintenance'],
    snippets: new Map(),
    startId: '0a1b2c3d',
    isTerminal: false,
    requestsMs: 20_000,
  };
}
