// Settings that are right one by one, but not together, or not with what is on the disk; and those that only look wrong.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClusterError } from '../../rootfs/usr/local/lib/cluster/errors.ts';
import type { Disk, Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { makeCertificate } from '../support/certificate.ts';

/** Paths of folders, which end with a slash, and files with what is in them. */
type Tree = Record<string, string>;

const pair = makeCertificate('localhost');
const tlsFiles: Tree = { '/tls.crt': pair.certificate, '/tls.key': pair.key };
const tls: Environment = { TLS_CERTIFICATE: '/tls.crt', TLS_KEY: '/tls.key' };

type Case = readonly [environment: Environment, lines: readonly RegExp[], tree?: Tree];

/** @returns what is said, problems or warnings */
function lines(environment: Environment, tree: Tree = {}): string[] {
  const disk: Disk = {
    isFolder: (path) => `${path}/` in tree,
    isFile: (path) => path in tree,
    read(path) {
      const text = tree[path];
      if (text === undefined) throw Object.assign(new Error(), { code: 'ENOENT' });
      return text;
    },
  };
  try {
    return readSettings(environment, 'production', disk).warnings.map((warning) => `warning: ${warning}`);
  } catch (error) {
    if (error instanceof ClusterError) return error.message.split('\n');
    throw error;
  }
}

function promise(name: string, cases: readonly Case[]): void {
  test(name, () => {
    for (const [environment, expected, tree] of cases) {
      const found = lines(environment, tree);
      assert.equal(found.length, expected.length, `${JSON.stringify(environment)}: ${found.join('\n')}`);
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
    }
  });
}

promise('a drain is shorter than the stop that it is a part of', [
  [{ DRAIN_DELAY: '10s', STOP_TIMEOUT: '10s' }, [/^DRAIN_DELAY=10s must be .* STOP_TIMEOUT=10s.* DRAIN_DELAY=5s, or/]],
  [{ DRAIN_DELAY: '9999ms', STOP_TIMEOUT: '10s' }, []],
  [{ DRAIN_DELAY: '10s', STOP_TIMEOUT: '1001ms' }, [/Write DRAIN_DELAY=500ms, or/]],
]);

promise('the app’s own server has a port that is not the image’s', [
  [{ APP_PORT: '9000' }, [/^APP_PORT=9000 and ADMIN_PORT=9000 are the same port\. /]],
  [{ APP_PORT: '3000', ADMIN_PORT: '3000' }, [/^APP_PORT=3000 and ADMIN_PORT=3000 are the same port\. /]],
  [{ APP_PORT: '8443', TLS_PORT: '8443', ...tls }, [/^APP_PORT=8443 and TLS_PORT=8443 are the same port\. /], tlsFiles],
  [{ APP_PORT: '9000', ADMIN_PORT: 'off' }, []],
  [{ APP_PORT: '8080' }, []],
]);

promise('a request may take as long as what is left of a stop, if both are set', [
  [{ REQUEST_TIMEOUT: '8s', STOP_TIMEOUT: '10s', DRAIN_DELAY: '2s' }, []],
  [
    { REQUEST_TIMEOUT: '8001ms', STOP_TIMEOUT: '10s', DRAIN_DELAY: '2s' },
    [/^warning: REQUEST_TIMEOUT=8001ms is longer than a stop may take \(STOP_TIMEOUT=10s\)/],
  ],
  [{ REQUEST_TIMEOUT: '5m' }, []],
  [{ STOP_TIMEOUT: '2s' }, []],
]);

promise('the static folder has to be there only if it is set, or needed', [
  [{}, []],
  [{ STATIC_PATH: '/www' }, [/^STATIC_PATH=\/www: there is no such folder/]],
  [{ STATIC_PATH: '/www' }, [], { '/www/': '' }],
  [{ STATIC_URL: '/files' }, [/^STATIC_URL=\/files is where .* no folder \/app\/public\./]],
  [{ STATIC_URL: '/files' }, [], { '/app/public/': '' }],
  [{ STATIC_URL: '/files', STATIC_PATH: '/www' }, [/^STATIC_PATH=\/www: there is no such folder/]],
]);

promise('a single-page app needs its page, and a folder for it', [
  [{ STATIC_INDEX: 'on' }, [/^STATIC_INDEX=on needs \/app\/public\/index\.html/]],
  [{ STATIC_INDEX: 'on' }, [/^STATIC_INDEX=on needs/], { '/app/public/': '' }],
  [{ STATIC_INDEX: 'on' }, [], { '/app/public/': '', '/app/public/index.html': '' }],
  [{ STATIC_INDEX: 'on', STATIC_PATH: '/www' }, [/^STATIC_PATH=\/www: there is no such folder/]],
  [{ STATIC_INDEX: 'on', STATIC_PATH: '/www' }, [/^STATIC_INDEX=on needs \/www\/index\.html/], { '/www/': '' }],
  [{ STATIC_INDEX: 'off' }, []],
]);

promise('a static folder with a package.json is a warning', [
  [
    { STATIC_PATH: '/www' },
    [/^warning: STATIC_PATH=\/www is a folder with a package\.json/],
    { '/www/': '', '/www/package.json': '' },
  ],
  [{}, [/^warning: STATIC_PATH=\/app\/public is a folder with/], { '/app/public/package.json': '' }],
]);

test('the disk of the container is looked at', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'static-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const environment = { STATIC_PATH: folder, STATIC_INDEX: 'on' };
  assert.throws(() => readSettings(environment), /STATIC_INDEX=on needs/);
  mkdirSync(join(folder, 'index.html'));
  assert.throws(() => readSettings(environment), /STATIC_INDEX=on needs/, 'a folder is no file');
  rmdirSync(join(folder, 'index.html'));
  writeFileSync(join(folder, 'index.html'), '');
  assert.deepEqual(readSettings(environment).warnings, []);
  writeFileSync(join(folder, 'package.json'), '');
  assert.match(readSettings(environment).warnings.join(), /is a folder with a package\.json/);
});

promise('private files are there, and not in the folder that everybody may read', [
  [{ NGINX_PRIVATE_PATH: '/data' }, [/^NGINX_PRIVATE_PATH=\/data: there is no such folder/]],
  [{ NGINX_PRIVATE_PATH: '/data' }, [], { '/data/': '' }],
  [{ NGINX_PRIVATE_PATH: '/app/public' }, [/is inside of STATIC_PATH=\/app\/public/], { '/app/public/': '' }],
  [{ NGINX_PRIVATE_PATH: '/app/public/x' }, [/is inside of/], { '/app/public/': '', '/app/public/x/': '' }],
  [{ NGINX_PRIVATE_PATH: '/app/public-not' }, [], { '/app/public/': '', '/app/public-not/': '' }],
]);

promise('the PROXY protocol is believed only from proxies that are named', [
  [{ PROXY_PROTOCOL: 'on' }, [/^PROXY_PROTOCOL=on needs TRUSTED_PROXIES/]],
  [{ PROXY_PROTOCOL: 'on', TRUSTED_PROXIES: 'private' }, []],
  [{ PROXY_PROTOCOL: 'off' }, []],
]);

promise('a cookie for every client and a cache for those without one are a warning together', [
  [{ MICRO_CACHE: '10m', STICKY_SESSIONS: 'cookie' }, [/^warning: STICKY_SESSIONS=cookie .* MICRO_CACHE/]],
  [{ MICRO_CACHE: '10m', STICKY_SESSIONS: 'ip' }, []],
  [{ STICKY_SESSIONS: 'cookie' }, []],
]);

promise('TLS needs a certificate and its key', [
  [{ TLS_KEY: '/tls.key' }, [/^TLS_KEY is set, but TLS_CERTIFICATE is not: .*For example TLS_CERTIFICATE=\/\S+\.$/]],
  [{ TLS_CERTIFICATE: '/tls.crt' }, [/^TLS_CERTIFICATE is set, but TLS_KEY is not: .*For example TLS_KEY=\/\S+\.$/]],
  [tls, [], tlsFiles],
  [tls, [/^TLS_CERTIFICATE=\/tls\.crt names a file that does not exist/]],
  [tls, [/^TLS_KEY=\/tls\.key names a file that does not exist/], { '/tls.crt': pair.certificate }],
  [
    tls,
    [/^TLS_KEY=\/tls\.key is no private key in PEM .* \(TLS_CERTIFICATE=\/tls\.crt\)\.$/],
    { ...tlsFiles, '/tls.key': '' },
  ],
  [
    tls,
    [/^TLS_KEY=\/tls\.key is not the key of that certificate \(TLS_CERTIFICATE=\/tls\.crt\)\.$/],
    { ...tlsFiles, '/tls.key': makeCertificate('localhost').key },
  ],
  [tls, [/^TLS_CERTIFICATE=\/tls\.crt is no certificate in PEM \([^()]*\)\.$/], { ...tlsFiles, '/tls.crt': '' }],
]);

test('a certificate is a warning in its last two weeks, and afterwards', () => {
  for (const [days, warning] of [
    [14.5, undefined],
    [13.5, /^warning: TLS_CERTIFICATE=\/tls\.crt ends in 13 days, on \d{4}-\d\d-\d\d\. Renew it\.$/],
    [1.5, /ends in 1 day, on/],
    [0.5, /ends in 0 days, on/],
    [-0.5, /ended on \d{4}-\d\d-\d\d: browsers refuse it/],
  ] as const) {
    const { certificate, key } = makeCertificate('localhost', days);
    const found = lines(tls, { '/tls.crt': certificate, '/tls.key': key });
    assert.equal(found.length, warning === undefined ? 0 : 1, `${days} days: ${found.join()}`);
    if (warning !== undefined) assert.match(found.join(), warning);
  }
});

promise('each port is of its own, and one that is free is suggested', [
  [
    { PORT: '9000' },
    [/^PORT=9000 and ADMIN_PORT=9000 are the same port\. Write ADMIN_PORT=9001, or ADMIN_PORT=off\.$/],
  ],
  [{ PORT: '9001', ADMIN_PORT: '9001' }, [/Write ADMIN_PORT=9000, or/]],
  [{ PORT: '9001', ADMIN_PORT: '9000' }, []],
  [
    { ...tls, PORT: '9000', TLS_PORT: '9001' },
    [/^PORT=9000 and ADMIN_PORT=9000 .*Write ADMIN_PORT=9002, or/],
    tlsFiles,
  ],
  [{ ...tls, TLS_PORT: '8080' }, [/^PORT=8080 and TLS_PORT=8080 are the same port\. Give them different/], tlsFiles],
  [{ ...tls, TLS_PORT: '9000' }, [/^TLS_PORT=9000 and ADMIN_PORT=9000 .*Write ADMIN_PORT=9001, or/], tlsFiles],
  [{ TLS_PORT: '8080' }, []],
  [{ TLS_PORT: '9000' }, []],
]);

promise('each URL path means one thing', [
  [{ HEALTH_PATH: '/a', BASE_PATH: '/a' }, [/^HEALTH_PATH=\/a and BASE_PATH=\/a are the same path/]],
  [{ HEALTH_PATH: '/a', STATIC_URL: '/a' }, [/^HEALTH_PATH=\/a and STATIC_URL=\/a are/], { '/app/public/': '' }],
  [{ HEALTH_PATH: '/a', BASE_PATH: '/b', STATIC_URL: '/a/b' }, [], { '/app/public/': '' }],
]);

promise('without nginx, what only nginx reads is a mistake, and the admin port is needed', [
  [{ NGINX: 'off' }, []],
  [{ NGINX: 'off', ADMIN_PORT: 'off' }, [/^NGINX=off needs ADMIN_PORT/]],
  [{ ADMIN_PORT: 'off' }, []],
  [{ NGINX: 'off', NGINX_MAX_UPLOAD: '5m' }, [/^NGINX_MAX_UPLOAD is a setting of nginx, and NGINX=off/]],
  [
    { NGINX: 'off', ACCESS_LOG: 'errors', RATE_LIMIT: '5r/s' },
    [/^RATE_LIMIT is a setting/, /^ACCESS_LOG is a setting/],
  ],
  [{ NGINX: 'off', LOG_FORMAT: 'json' }, []],
  [{ NGINX: 'off', LOG_FORMAT: 'text' }, [/^LOG_FORMAT=text is a format of the request lines of nginx, and NGINX=off/]],
  [{ NGINX: 'off', LOG_FORMAT: 'combined' }, [/^LOG_FORMAT=combined is a format .* Write LOG_FORMAT=json/]],
  [{ NGINX: 'off', PORT: '81', WORKERS: '2', BASE_PATH: '/shop', STOP_TIMEOUT: '9s', APP_MODULE: 'a.ts' }, []],
  [{ NGINX: 'on', NGINX_MAX_UPLOAD: '5m' }, []],
]);

promise('a setting that is wrong by itself is not compared with others', [
  [{ DRAIN_DELAY: 'x', STOP_TIMEOUT: '1s' }, [/^DRAIN_DELAY="x"/]],
  [{ DRAIN_DELAY: '5m', STOP_TIMEOUT: 'x' }, [/^STOP_TIMEOUT="x"/]],
  [{ PORT: 'x', ADMIN_PORT: 'x' }, [/^PORT="x"/, /^ADMIN_PORT="x"/]],
  [{ ...tls, TLS_PORT: 'x', ADMIN_PORT: 'x' }, [/^TLS_PORT="x"/, /^ADMIN_PORT="x"/], tlsFiles],
  [{ STATIC_URL: '/files', STATIC_PATH: 'www' }, [/^STATIC_PATH="www"/]],
  [{ STATIC_INDEX: 'on', STATIC_PATH: 'www' }, [/^STATIC_PATH="www"/]],
  [{ NGINX: 'maybe', NGINX_MAX_UPLOAD: '5m' }, [/^NGINX="maybe"/]],
  [{ NGINX: 'maybe', ADMIN_PORT: 'off' }, [/^NGINX="maybe"/]],
  [{ NGINX: 'off', ADMIN_PORT: 'x' }, [/^ADMIN_PORT="x"/]],
  [{ NGINX_PRIVATE_PATH: 'x', STATIC_PATH: 'x' }, [/^STATIC_PATH="x"/, /^NGINX_PRIVATE_PATH="x"/]],
  [{ PROXY_PROTOCOL: 'on', TRUSTED_PROXIES: 'x' }, [/^TRUSTED_PROXIES="x"/]],
  [{ TLS_CERTIFICATE: '/tls.crt', TLS_KEY: 'x' }, [/^TLS_KEY="x"/]],
  [{ TLS_CERTIFICATE: 'x', TLS_KEY: '/tls.key' }, [/^TLS_CERTIFICATE="x"/]],
  [{ HEALTH_PATH: 'x', BASE_PATH: 'x y' }, [/^BASE_PATH="x y"/, /^HEALTH_PATH="x"/]],
]);
