// Environment → Settings: what each value means, and what names from elsewhere mean.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Disk, Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { definitions, type Key, schema, type Values } from '../../rootfs/usr/local/lib/cluster/settings/schema.ts';
import { presetNetworks } from '../../rootfs/usr/local/lib/cluster/settings/types/preset-networks.ts';
import { projectRoot } from '../../tools/paths.ts';
import { readAmazon, readFastly, renderPresets } from '../../tools/proxy-networks.ts';

/** A disk on which every folder is there, with an index.html and whatever is asked for, but no package.json. */
const everything: Disk = {
  isFolder: () => true,
  isFile: (path) => !path.endsWith('/package.json'),
  read: () => '',
};

test('without any variable the defaults hold', () => {
  const { settings, origins, warnings } = readSettings({ PATH: '/bin', HOME: '/' });
  const defaults = definitions.map(([key, definition]) => [key, definition.default]);
  assert.deepEqual(settings, { mode: 'production', ...Object.fromEntries(defaults) });
  const { port, workers, bootTimeoutMs, maxUploadBytes, stopTimeoutMs } = settings;
  assert.deepEqual(
    { port, workers, bootTimeoutMs, maxUploadBytes, stopTimeoutMs },
    { port: 8080, workers: 'auto', bootTimeoutMs: 30_000, maxUploadBytes: 10 * 1024 ** 2, stopTimeoutMs: 25_000 },
  );
  assert.deepEqual(new Set(Object.values(origins).map(({ kind }) => kind)), new Set(['default']));
  assert.deepEqual(warnings, []);
});

test('every example of the schema is allowed, means something else than the default, and survives being printed', () => {
  for (const [, { name, example, type, default: preset }] of definitions) {
    const value = type.parse(example);
    assert.notEqual(value, undefined, `${name}=${example}`);
    assert.notDeepEqual(value, preset, `${name}=${example}`);
    assert.deepEqual(type.parse(type.format(value)), value, name);
    if (preset !== undefined && !Array.isArray(preset)) {
      assert.deepEqual(type.parse(type.format(preset)), preset, `the default of ${name}`);
    }
  }
});

/** Each name with the value that it has in the image or on the platform it comes from. */
const broughtAlong: [environment: Environment, key: Key, value: Values[Key]][] = [
  [{ PORT: '8080' }, 'port', 8080], // Heroku, Cloud Run, App Engine
  [{ LISTEN_PORT: '80' }, 'port', 80], // uwsgi-nginx-flask
  [{ WEB_CONCURRENCY: '4' }, 'workers', { min: 4, max: 4 }], // Heroku, gunicorn
  [{ WORKERS: '2' }, 'workers', { min: 2, max: 2 }],
  [{ WORKERS: '2-8' }, 'workers', { min: 2, max: 8 }],
  [{ LOG_LEVEL: 'debug' }, 'logLevel', 'debug'], // gunicorn: debug, info, warning, error, critical
  [{ LOG_LEVEL: 'warning' }, 'logLevel', 'warn'],
  [{ LOG_LEVEL: 'critical' }, 'logLevel', 'error'],
  [{ LOG_LEVEL: 'trace' }, 'logLevel', 'debug'], // pino, winston
  [{ LOG_LEVEL: 'fatal' }, 'logLevel', 'error'],
  [{ LOG_LEVEL: 'verbose' }, 'logLevel', 'debug'],
  [{ ACCESS_LOG: '-' }, 'accessLog', { kind: 'on' }], // uvicorn-gunicorn: standard output
  [{ ACCESS_LOG: '' }, 'accessLog', { kind: 'off' }], // … and off
  [{ ACCESS_LOG: 'off' }, 'accessLog', { kind: 'off' }],
  [{ NGINX_MAX_UPLOAD: '0' }, 'maxUploadBytes', 0], // uwsgi-nginx: no limit
  [{ NGINX_MAX_UPLOAD: '1m' }, 'maxUploadBytes', 1024 ** 2],
  [{ NGINX_WORKER_PROCESSES: '1' }, 'nginxWorkers', 1],
  [{ NGINX_WORKER_PROCESSES: 'auto' }, 'nginxWorkers', 'auto'],
  [{ NGINX_WORKER_CONNECTIONS: '2048' }, 'nginxConnections', 2048],
  [{ NGINX_WORKER_OPEN_FILES: '2048', NGINX_WORKER_CONNECTIONS: '2048' }, 'nginxOpenFiles', 2048],
  [{ STATIC_URL: '/static' }, 'staticUrl', '/static'],
  [{ STATIC_URL: '/static/' }, 'staticUrl', '/static'],
  [{ STATIC_PATH: '/app/static' }, 'staticPaths', [{ url: undefined, path: '/app/static' }]],
  [{ STATIC_PATH: '/app/static/' }, 'staticPaths', [{ url: undefined, path: '/app/static' }]],
  [{ STATIC_INDEX: '1' }, 'staticIndex', true],
  [{ STATIC_INDEX: '0' }, 'staticIndex', false],
  [{ TRUSTED_PROXIES: '10.0.0.0/8, 192.168.1.1' }, 'trustedProxies', ['10.0.0.0/8', '192.168.1.1']],
  [{ STOP_TIMEOUT: '30' }, 'stopTimeoutMs', 30_000],
  [{ DRAIN_DELAY: '5s' }, 'drainDelayMs', 5000],
  [{ REQUEST_TIMEOUT: '120' }, 'requestTimeoutMs', 120_000],
  [{ MAX_REQUESTS: '1000' }, 'maxRequests', 1000], // gunicorn
  [{ MAX_REQUESTS: '0' }, 'maxRequests', 0],
  [{ APP_MODULE: 'src/start.ts' }, 'appModule', 'src/start.ts'],
  [{ PRE_START_PATH: '/app/prestart.sh' }, 'preStartPath', '/app/prestart.sh'],
  [{ PRE_START_PATH: '' }, 'preStartPath', undefined],
];
for (const [environment, key, value] of broughtAlong) {
  const [[name, text] = []] = Object.entries(environment);
  test(`${name}=${text} means what it means elsewhere`, () => {
    const { settings, warnings } = readSettings(environment, 'production', everything);
    assert.deepEqual(settings[key], value);
    assert.deepEqual(warnings, []);
  });
}

const meanings: [name: string, text: string, key: Key, value: Values[Key]][] = [
  ['BOOT_TIMEOUT', '30', 'bootTimeoutMs', 30_000],
  ['BOOT_TIMEOUT', '30s', 'bootTimeoutMs', 30_000],
  ['BOOT_TIMEOUT', '2m', 'bootTimeoutMs', 120_000],
  ['BOOT_TIMEOUT', '1m30s', 'bootTimeoutMs', 90_000],
  ['BOOT_TIMEOUT', '1500ms', 'bootTimeoutMs', 1500],
  ['BOOT_TIMEOUT', '1.5', 'bootTimeoutMs', 1500],
  ['BOOT_TIMEOUT', '900', 'bootTimeoutMs', 900_000],
  ['REQUEST_TIMEOUT', '3600', 'requestTimeoutMs', 3_600_000],
  ['REQUEST_TIMEOUT', '30000s', 'requestTimeoutMs', 30_000_000],
  ['MAX_WORKER_LIFETIME', '86400', 'maxWorkerLifetimeMs', 86_400_000],
  ['NGINX_MAX_UPLOAD', '10b', 'maxUploadBytes', 10],
  ['BOOT_TIMEOUT', '1h', 'bootTimeoutMs', 3_600_000],
  ['MAX_WORKER_LIFETIME', '7d', 'maxWorkerLifetimeMs', 604_800_000],
  ['WORKER_STALL_TIMEOUT', 'off', 'workerStallTimeoutMs', 0],
  ['NGINX_MAX_UPLOAD', '512k', 'maxUploadBytes', 512 * 1024],
  ['NGINX_MAX_UPLOAD', '10M', 'maxUploadBytes', 10 * 1024 ** 2],
  ['NGINX_MAX_UPLOAD', '1g', 'maxUploadBytes', 1024 ** 3],
  ['NGINX_MAX_UPLOAD', '1.5g', 'maxUploadBytes', 1.5 * 1024 ** 3],
  ['NGINX_MAX_UPLOAD', '1048576', 'maxUploadBytes', 1024 ** 2],
  ['NGINX_MAX_UPLOAD', '1048576b', 'maxUploadBytes', 1024 ** 2],
  ['STATIC_INDEX', 'TRUE', 'staticIndex', true],
  ['STATIC_INDEX', 'yes', 'staticIndex', true],
  ['ACCESS_LOG', 'no', 'accessLog', { kind: 'off' }],
  ['ACCESS_LOG', 'disabled', 'accessLog', { kind: 'off' }],
  ['ACCESS_LOG', 'slow:1.5s', 'accessLog', { kind: 'slow', thresholdMs: 1500 }],
  ['ACCESS_LOG', 'slow:1', 'accessLog', { kind: 'slow', thresholdMs: 1000 }],
  ['ACCESS_LOG', 'errors', 'accessLog', { kind: 'errors' }],
  ['LOG_FORMAT', 'combined', 'logFormat', 'combined'],
  ['LOG_FORMAT', 'clf', 'logFormat', 'common'],
  ['LOG_FORMAT', 'logfmt', 'logFormat', 'logfmt'],
  ['LOG_FORMAT', 'dev', 'logFormat', 'text'],
  ['RATE_LIMIT', '600r/m', 'rateLimit', { requests: 600, per: 'm' }],
  ['RATE_LIMIT', '0', 'rateLimit', 'off'],
  ['CONNECTION_LIMIT', 'none', 'connectionLimit', 'off'],
  ['NGINX_STREAM_UPLOADS', '/a/, /b', 'streamedUploads', ['/a', '/b']],
  ['WORKERS', ' 3 ', 'workers', { min: 3, max: 3 }],
  ['TRUSTED_PROXIES', '2001:db8::/32 ::1', 'trustedProxies', ['2001:db8::/32', '::1']],
  ['STATIC_PATH', '/app/my site/öffentlich', 'staticPaths', [{ url: undefined, path: '/app/my site/öffentlich' }]],
  [
    'STATIC_PATH',
    '/_next/static=.next/static, /=public',
    'staticPaths',
    [
      { url: '/_next/static', path: '/app/.next/static' },
      { url: '/', path: '/app/public' },
    ],
  ],
  ['STATIC_PATH', '/files/=./my files/', 'staticPaths', [{ url: '/files', path: '/app/my files' }]],
  ['STATIC_PATH', '/uploads=/data/uploads', 'staticPaths', [{ url: '/uploads', path: '/data/uploads' }]],
  ['APP_ARGS', './build/server/index.js', 'appArguments', ['./build/server/index.js']],
  ['APP_ARGS', '--name  "two words"', 'appArguments', ['--name', 'two words']],
  ['APP_ARGS', '--json \'{"a": 1}\' --x="1 2"', 'appArguments', ['--json', '{"a": 1}', '--x=1 2']],
];
for (const [name, text, key, value] of meanings) {
  test(`${name}=${text}`, () => {
    assert.deepEqual(readSettings({ [name]: text }, 'production', everything).settings[key], value);
  });
}

test('`private` stands for the networks that no client on the internet is in', () => {
  const { trustedProxies } = readSettings({ TRUSTED_PROXIES: 'private, 203.0.113.7' }).settings;
  assert.ok(trustedProxies.includes('10.0.0.0/8') && trustedProxies.includes('fc00::/7'));
  assert.equal(trustedProxies.at(-1), '203.0.113.7');
});

test('`cloudflare`, `cloudfront` and `fastly` stand for their networks; shown again by their names', () => {
  for (const [name, { networks, asOf, publishedAt }] of Object.entries(presetNetworks)) {
    const { trustedProxies } = readSettings({ TRUSTED_PROXIES: `private,${name}` }).settings;
    assert.ok(networks.length >= 20 && networks.every((network) => trustedProxies.includes(network)), name);
    assert.equal(schema.trustedProxies.type.format(trustedProxies), `private,${name}`);
    assert.deepEqual(schema.trustedProxies.type.parse(networks.join()), networks, 'each is a network, none is twice');
    assert.match(asOf, /^20\d\d-\d\d-\d\d$/);
    assert.match(publishedAt, /^https:/);
    // Nobody's own: whoever is trusted may claim to be anybody.
    for (const network of networks) assert.ok(Number(network.split('/')[1]) >= 13, network);
  }
  assert.deepEqual(readSettings({ TRUSTED_PROXIES: '10.0.0.0/8,::1' }).settings.trustedProxies, ['10.0.0.0/8', '::1']);
});

test('the file of these networks is what its script makes of the lists', () => {
  const file = join(projectRoot, 'rootfs/usr/local/lib/cluster/settings/types/preset-networks.ts');
  assert.equal(readFileSync(file, 'utf8'), renderPresets(presetNetworks));
  const amazon = {
    prefixes: [
      { ip_prefix: '192.0.2.0/24', service: 'CLOUDFRONT_ORIGIN_FACING' },
      { ip_prefix: '198.51.100.0/24', service: 'CLOUDFRONT' },
    ],
    ipv6_prefixes: [{ ipv6_prefix: '2001:db8::/32', service: 'CLOUDFRONT_ORIGIN_FACING' }],
  };
  assert.deepEqual(readAmazon(JSON.stringify(amazon)), ['192.0.2.0/24', '2001:db8::/32']);
  const fastly = { addresses: ['192.0.2.0/24'], ipv6_addresses: ['2001:db8::/32'] };
  assert.deepEqual(readFastly(JSON.stringify(fastly)), ['192.0.2.0/24', '2001:db8::/32']);
});

test('an empty value counts as not set', () => {
  const { settings, origins } = readSettings({ PORT: '', LISTEN_PORT: '81' });
  assert.equal(settings.port, 81);
  assert.deepEqual(origins.port, { kind: 'environment', variable: 'LISTEN_PORT' });
});

test('two names of one setting may agree', () => {
  assert.equal(readSettings({ PORT: '80', LISTEN_PORT: '80' }).settings.port, 80);
});

test('a secret may come from a file, without the line end that editors add', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'args');
  writeFileSync(path, '--token "a b"\r\n');
  const { settings, origins } = readSettings({ APP_ARGS_FILE: path });
  assert.deepEqual(settings.appArguments, ['--token', 'a b']);
  assert.deepEqual(origins.appArguments, { kind: 'file', variable: 'APP_ARGS_FILE', path });
});
