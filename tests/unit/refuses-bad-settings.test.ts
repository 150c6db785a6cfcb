// Every wrong variable gets one line: what it is, what is allowed, and what to write instead.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ClusterError } from '../../rootfs/usr/local/lib/cluster/errors.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { definitions } from '../../rootfs/usr/local/lib/cluster/settings/schema.ts';
import { makeCertificate } from '../support/certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
after(() => rmSync(folder, { recursive: true }));
const withoutIndex = join(folder, 'files');
writeFileSync(withoutIndex, '');
const unclosed = join(folder, 'unclosed');
writeFileSync(unclosed, '--token "s3cret');
chmodSync(unclosed, 0o600);

const pair = makeCertificate('localhost');
const tls = {
  certificate: write('tls.crt', pair.certificate),
  key: write('tls.key', pair.key),
  otherKey: write('other.key', makeCertificate('localhost').key),
  lockedKey: write(
    'locked.key',
    createPrivateKey(pair.key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
  ),
};
const endingPair = makeCertificate('localhost', 10.5);
const endedPair = makeCertificate('localhost', -3);

/** @param line what the one line says */
type Case = [what: string, environment: Environment, line: RegExp];

const cases: Case[] = [
  // Wrong kinds of values
  [
    'a port that is none',
    { PORT: '80800' },
    /^PORT="80800": must be a port between 1 and 65535\. For example PORT=80\.$/,
  ],
  ['port 0', { PORT: '0' }, /^PORT="0": must be a port/],
  ['a negative port', { PORT: '-1' }, /^PORT="-1": must be a port/],
  ['a port with a fraction', { PORT: '80.5' }, /^PORT="80\.5"/],
  ['a port in words', { PORT: 'http' }, /^PORT="http"/],
  ['a port in another notation', { PORT: '0x50' }, /^PORT="0x50"/],
  ['a port in exponents', { PORT: '1e3' }, /^PORT="1e3"/],
  ['a port in other digits', { PORT: '٨٠' }, /^PORT="٨٠"/],
  [
    'what Kubernetes sets for a service called like it',
    { PORT: 'tcp://10.0.0.1:80' },
    /^PORT="tcp:\/\/10\.0\.0\.1:80"/,
  ],
  ['quotes, as an env file keeps them', { PORT: '"8081"' }, /^PORT="\\"8081\\"": .* Write PORT=8081\.$/],
  ['an alias, called by its own name', { LISTEN_PORT: 'x' }, /^LISTEN_PORT="x": .* For example PORT=80\.$/],
  ['no workers', { WORKERS: '0' }, /^WORKERS="0": must be `auto` or a number between 1 and 512/],
  ['negative workers', { WORKERS: '-2' }, /^WORKERS="-2"/],
  ['too many workers', { WORKERS: '1000' }, /^WORKERS="1000"/],
  ['a huge number', { WORKERS: '99999999999999999999' }, /^WORKERS="9{20}"/],
  ['auto in capitals', { WORKERS: 'AUTO' }, /Write WORKERS=auto\.$/],
  ['max', { WEB_CONCURRENCY: 'max' }, /^WEB_CONCURRENCY="max": .* Write WEB_CONCURRENCY=auto\.$/],
  ['a range in other words', { WORKERS: '2..4' }, /Write WORKERS=2-4\.$/],
  ['a range with three ends', { WORKERS: '1-2-3' }, /^WORKERS="1-2-3"/],
  [
    'a range that ends before it begins',
    { WORKERS: '8-2' },
    /the minimum 8 is above the maximum 2; .* Write WORKERS=2-8\.$/,
  ],
  ['half a worker', { WORKERS: '1.5' }, /^WORKERS="1\.5"/],
  [
    'a duration of zero where there must be one',
    { BOOT_TIMEOUT: '0' },
    /^BOOT_TIMEOUT="0": must be a duration .*between 1s and 1h/,
  ],
  ['a negative duration', { BOOT_TIMEOUT: '-5' }, /^BOOT_TIMEOUT="-5"/],
  ['a duration in words', { BOOT_TIMEOUT: '5 minutes' }, /Write BOOT_TIMEOUT=5m\.$/],
  ['seconds in words', { DRAIN_DELAY: '10sec' }, /Write DRAIN_DELAY=10s\.$/],
  ['a duration in capitals', { STOP_TIMEOUT: '30S' }, /Write STOP_TIMEOUT=30s\.$/],
  ['a duration out of bounds', { DRAIN_DELAY: '1d' }, /^DRAIN_DELAY="1d": must be a duration .*between 0 and 10m/],
  ['a size as a duration', { STOP_TIMEOUT: '10k' }, /^STOP_TIMEOUT="10k"/],
  ['a duration without a number', { STOP_TIMEOUT: 'forever' }, /^STOP_TIMEOUT="forever"/],
  ['a duration with a comma', { BOOT_TIMEOUT: '1,5' }, /^BOOT_TIMEOUT="1,5"/],
  ['infinity', { REQUEST_TIMEOUT: 'Infinity' }, /^REQUEST_TIMEOUT="Infinity"/],
  [
    'MB',
    { NGINX_MAX_UPLOAD: '10MB' },
    /^NGINX_MAX_UPLOAD="10MB": must be a size such as .* Write NGINX_MAX_UPLOAD=10m\.$/,
  ],
  ['MiB', { MAX_WORKER_MEMORY: '512 MiB' }, /Write MAX_WORKER_MEMORY=512m\.$/],
  ['a negative size', { NGINX_MAX_UPLOAD: '-1' }, /^NGINX_MAX_UPLOAD="-1"/],
  ['a size beyond every disk', { NGINX_MAX_UPLOAD: '9999999g' }, /^NGINX_MAX_UPLOAD="9999999g"/],
  ['a size in percent', { MAX_WORKER_MEMORY: '80%' }, /^MAX_WORKER_MEMORY="80%"/],
  ['a memory limit that no worker fits in', { MAX_WORKER_MEMORY: '1m' }, /between 32m and/],
  ['a switch with a third position', { STATIC_INDEX: 'maybe' }, /^STATIC_INDEX="maybe": must be `on` or `off`/],
  [
    'an index file, where a switch is asked for',
    { STATIC_INDEX: 'index.html' },
    /^STATIC_INDEX="index\.html": .* For example STATIC_INDEX=on\.$/,
  ],
  [
    'a level that no logger has',
    { LOG_LEVEL: 'loud' },
    /^LOG_LEVEL="loud": must be `debug`, `info`, `warn` or `error`/,
  ],
  ['a level in capitals', { LOG_LEVEL: 'INFO' }, /Write LOG_LEVEL=info\.$/],
  [
    'a file as access log',
    { ACCESS_LOG: '/var/log/access.log' },
    /^ACCESS_LOG="\/var\/log\/access\.log": must be `on`, `off`, `errors`/,
  ],
  ['too few connections', { NGINX_WORKER_CONNECTIONS: '1' }, /between 64 and 1000000/],
  // Networks
  [
    'a prefix too long',
    { TRUSTED_PROXIES: '10.0.0.0/33' },
    /"10\.0\.0\.0\/33" has a prefix length that is not between 0 and 32; .* Write TRUSTED_PROXIES=10\.0\.0\.0\/8\.$/,
  ],
  [
    'an IPv6 prefix too long',
    { TRUSTED_PROXIES: 'fd00::/129' },
    /"fd00::\/129" has a prefix length that is not between 0 and 128/,
  ],
  ['an address too large', { TRUSTED_PROXIES: '10.0.0.256' }, /"10\.0\.0\.256" is neither an address nor a network/],
  ['a host name', { TRUSTED_PROXIES: 'loadbalancer' }, /"loadbalancer" is neither/],
  ['everybody', { TRUSTED_PROXIES: '*' }, /Write TRUSTED_PROXIES=private\.$/],
  ['one wrong network of three', { TRUSTED_PROXIES: 'private,10.0.0.0/8,x' }, /^TRUSTED_PROXIES=.*"x" is neither/],
  ['an IPv6 zone', { TRUSTED_PROXIES: 'fe80::1%eth0' }, /"fe80::1%eth0" is neither/],
  ['a network with a mask', { TRUSTED_PROXIES: '10.0.0.0/255.0.0.0' }, /has a prefix length/],
  ['only commas', { TRUSTED_PROXIES: ',,' }, /^TRUSTED_PROXIES=",,"/],
  // What would mean something to nginx
  ['an end of a directive', { HEALTH_PATH: '/a;}' }, /^HEALTH_PATH="\/a;}": must be a URL path/],
  ['a block', { HEALTH_PATH: '/a{' }, /^HEALTH_PATH=/],
  ['a variable of nginx', { HEALTH_PATH: '/$uri' }, /^HEALTH_PATH=/],
  ['a quote', { HEALTH_PATH: '/a"' }, /^HEALTH_PATH="\/a\\""/],
  ['a line end', { HEALTH_PATH: '/a\n}' }, /^HEALTH_PATH="\/a\\n}"/],
  ['a blank', { HEALTH_PATH: '/a b' }, /^HEALTH_PATH=/],
  ['no slash before it', { HEALTH_PATH: 'healthz' }, /Write HEALTH_PATH=\/healthz\.$/],
  ['two slashes', { HEALTH_PATH: '//a' }, /Write HEALTH_PATH=\/a\.$/],
  ['the way up', { HEALTH_PATH: '/a/../b' }, /^HEALTH_PATH=/],
  ['the whole site as health path', { HEALTH_PATH: '/' }, /^HEALTH_PATH="\/"/],
  ['letters that URLs encode', { HEALTH_PATH: '/é' }, /^HEALTH_PATH="\/é"/],
  ['a URL where a path is asked for', { STATIC_URL: 'https://cdn.example/' }, /^STATIC_URL="https:\/\/cdn\.example\/"/],
  ['a variable in a folder', { STATIC_PATH: '/app/$name' }, /^STATIC_PATH="\/app\/\$name": must be the absolute path/],
  ['a quote in a folder', { STATIC_PATH: '/app/a"b' }, /^STATIC_PATH=/],
  ['a backslash in a folder', { STATIC_PATH: 'C:\\app' }, /^STATIC_PATH="C:\\\\app"/],
  ['a NUL in a folder', { STATIC_PATH: '/app/a\u0000b' }, /^STATIC_PATH="\/app\/a\\u0000b"/],
  ['a line separator in a folder', { STATIC_PATH: '/app/a\u2028b' }, /^STATIC_PATH=/],
  ['a folder without a slash', { STATIC_PATH: 'dist' }, /Write STATIC_PATH=\/app\/dist\.$/],
  ['the way up to other folders', { STATIC_PATH: '/app/../etc' }, /^STATIC_PATH="\/app\/\.\.\/etc"/],
  ['the root of all files', { STATIC_PATH: '/' }, /^STATIC_PATH="\/"/],
  ['a line end in a file name', { APP_MODULE: 'a\nb' }, /^APP_MODULE="a\\nb": must be the path of a file/],
  // Line ends of Windows, which the app's own variables have then, too
  [
    'a carriage return',
    { WORKERS: '3\r' },
    /^WORKERS="3\\r": ends with a carriage return, .*CRLF.*Save that file with LF\.$/,
  ],
  // Two names of one setting
  [
    'two names that disagree',
    { PORT: '80', LISTEN_PORT: '81' },
    /^PORT="80" and LISTEN_PORT="81" mean the same setting: keep one of them\.$/,
  ],
  [
    'two names that disagree in kind',
    { WORKERS: 'auto', WEB_CONCURRENCY: '4' },
    /^WORKERS="auto" and WEB_CONCURRENCY="4"/,
  ],
  // Names that are none
  [
    'a typo in a name that begins like ours',
    { NGINX_MAX_UPLOADS: '5m' },
    /^NGINX_MAX_UPLOADS is not a setting of this image\. Write NGINX_MAX_UPLOAD=5m\.$/,
  ],
  [
    'an nginx setting that there is not',
    { NGINX_GZIP: 'on' },
    /^NGINX_GZIP is not a setting of this image\. Those that begin with NGINX_ are NGINX_MAX_UPLOAD,/,
  ],
  [
    'two letters exchanged in a short word',
    { STATIC_PTH: '/app/dist' },
    /^STATIC_PTH is not a setting of this image\. Write STATIC_PATH=\/app\/dist\.$/,
  ],
  ['two letters exchanged', { WORKER_DRIAN_TIMEOUT: '5s' }, /Write WORKER_DRAIN_TIMEOUT=5s\.$/],
  ['a wrong value is not repeated', { NGINX_WORKER_PROCESS: 'a lot' }, /Write NGINX_WORKER_PROCESSES\.$/],
  ['a file for what is no secret', { NGINX_MAX_UPLOAD_FILE: '/run/secrets/upload' }, /Write NGINX_MAX_UPLOAD\.$/],
  // What does not go together
  [
    'a drain as long as the whole stop',
    { DRAIN_DELAY: '25s' },
    /^DRAIN_DELAY=25s must be shorter than STOP_TIMEOUT=25s, of which it is a part\. Write DRAIN_DELAY=12500ms, or a longer STOP_TIMEOUT\.$/,
  ],
  [
    'a folder that is not there',
    { STATIC_PATH: '/no/such/folder' },
    /^STATIC_PATH=\/no\/such\/folder: there is no such folder\./,
  ],
  ['a file as a folder', { STATIC_PATH: withoutIndex }, /there is no such folder/],
  [
    'a URL for files that are not there',
    { STATIC_URL: '/static' },
    /^STATIC_URL=\/static is where the files of STATIC_PATH lie, but there is no folder \/app\/public\./,
  ],
  // Several folders
  [
    'pairs with one folder that is not there',
    { STATIC_PATH: `/a=${folder},/b=none` },
    /^STATIC_PATH=\/a=.*,\/b=\/app\/none: there is no such folder \/app\/none\./,
  ],
  ['two folders for one URL path', { STATIC_PATH: '/a=x,/a/=y' }, /two folders for one URL path/],
  ['a folder outside of /app', { STATIC_PATH: '/a=../etc' }, /leads out of \/app/],
  ['a folder outside of /app, by a way round', { STATIC_PATH: '/a=x/../../etc' }, /leads out of \/app/],
  ['a pair without a folder', { STATIC_PATH: '/a=' }, /"\/a=" is not a URL path, `=` and a folder/],
  ['a pair without a slash', { STATIC_PATH: 'static=public' }, /"static=public" is not a URL path/],
  ['a pair and what is none', { STATIC_PATH: '/a=x,public' }, /"public" is not a URL path/],
  ['a variable of nginx in a pair', { STATIC_PATH: '/a=$uri' }, /"\/a=\$uri" is not a URL path/],
  [
    'pairs and STATIC_URL',
    { STATIC_PATH: `/a=${folder}`, STATIC_URL: '/b' },
    /^STATIC_URL=\/b is for a single folder, and STATIC_PATH=.* Leave STATIC_URL out\.$/,
  ],
  [
    'files in place of health',
    { STATIC_PATH: `/healthz=${folder}` },
    /^HEALTH_PATH=\/healthz and STATIC_PATH=.* are the same path/,
  ],
  [
    'a private folder that everybody may read, among several',
    { STATIC_PATH: '/a=/usr,/b=/etc', NGINX_PRIVATE_PATH: '/etc/ssl' },
    /^NGINX_PRIVATE_PATH=\/etc\/ssl is inside of STATIC_PATH=\/b=\/etc/,
  ],
  [
    'a single-page app without its page',
    { STATIC_PATH: folder, STATIC_INDEX: '1' },
    /^STATIC_INDEX=on needs .*\/index\.html, and there is no such file\./,
  ],
  [
    'one port for the app and the admin API',
    { PORT: '9001', ADMIN_PORT: '9001' },
    /^PORT=9001 and ADMIN_PORT=9001 are the same port\. Write ADMIN_PORT=9000, or ADMIN_PORT=off\.$/,
  ],
  [
    'one path for the app and its health',
    { BASE_PATH: '/healthz' },
    /^HEALTH_PATH=\/healthz and BASE_PATH=\/healthz are the same path\. Give them different ones\.$/,
  ],
  [
    'one path for two things',
    { STATIC_PATH: folder, STATIC_URL: '/healthz' },
    /^HEALTH_PATH=\/healthz and STATIC_URL=\/healthz are the same path\./,
  ],
  // What clients may, and who they are
  [
    'a rate without a unit',
    { RATE_LIMIT: '10' },
    /^RATE_LIMIT="10": must be `off` or a rate .* Write RATE_LIMIT=10r\/s\.$/,
  ],
  ['a rate in words', { RATE_LIMIT: '600 requests per minute' }, /Write RATE_LIMIT=600r\/m\.$/],
  ['a rate by the hour', { RATE_LIMIT: '10r/h' }, /^RATE_LIMIT="10r\/h"/],
  ['a slow without a duration', { ACCESS_LOG: 'slow' }, /Write ACCESS_LOG=slow:500ms\.$/],
  ['a way to stick that there is not', { STICKY_SESSIONS: 'header' }, /must be `off`, `ip`, `cookie` or `sid`/],
  ['a set of headers that there is not', { SECURITY_HEADERS: 'full' }, /must be `safe`, `strict` or `off`/],
  ['a head that no request fits in', { NGINX_MAX_HEADER: '1k' }, /between 4k and 1m/],
  ['paths without slashes', { NGINX_STREAM_UPLOADS: 'upload,api/' }, /Write NGINX_STREAM_UPLOADS=\/upload,\/api\.$/],
  ['a pattern as a path', { NGINX_STREAM_UPLOADS: '/upload/*' }, /^NGINX_STREAM_UPLOADS=/],
  ['the PROXY protocol from nobody', { PROXY_PROTOCOL: 'on' }, /^PROXY_PROTOCOL=on needs TRUSTED_PROXIES/],
  ['a private folder that is not there', { NGINX_PRIVATE_PATH: '/no/such' }, /there is no such folder/],
  [
    'a private folder that everybody may read',
    { STATIC_PATH: '/usr', NGINX_PRIVATE_PATH: '/usr/bin' },
    /^NGINX_PRIVATE_PATH=\/usr\/bin is inside of STATIC_PATH=\/usr/,
  ],
  // TLS
  [
    'a certificate without a key',
    { TLS_CERTIFICATE: tls.certificate },
    /^TLS_CERTIFICATE is set, but TLS_KEY is not: TLS needs both\. For example TLS_KEY=/,
  ],
  ['a key without a certificate', { TLS_KEY: tls.key }, /^TLS_KEY is set, but TLS_CERTIFICATE is not/],
  [
    'a certificate that is not there',
    { TLS_CERTIFICATE: '/no/tls.crt', TLS_KEY: tls.key },
    /^TLS_CERTIFICATE=\/no\/tls\.crt names a file that does not exist/,
  ],
  [
    'a key where the certificate should be',
    { TLS_CERTIFICATE: tls.key, TLS_KEY: tls.key },
    /^TLS_CERTIFICATE=.* is no certificate in PEM/,
  ],
  [
    'a certificate where the key should be',
    { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.certificate },
    /^TLS_KEY=.* is no private key in PEM/,
  ],
  [
    "another certificate's key",
    { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.otherKey },
    /^TLS_KEY=.* is not the key of that certificate/,
  ],
  [
    'a key with a passphrase',
    { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.lockedKey },
    /^TLS_KEY=.* needs a passphrase, .*openssl pkey/,
  ],
  [
    'one port for two protocols',
    { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.key, TLS_PORT: '8080' },
    /^PORT=8080 and TLS_PORT=8080 are the same port/,
  ],
  [
    'the port of the admin API for HTTPS',
    { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.key, TLS_PORT: '9000' },
    /^TLS_PORT=9000 and ADMIN_PORT=9000 are the same port\. Write ADMIN_PORT=9001, or ADMIN_PORT=off\.$/,
  ],
  // Passwords and pages of errors
  ['a password file that is not there', { BASIC_AUTH_FILE: '/no/htpasswd' }, /names a file that does not exist/],
  [
    'a password file without users',
    { BASIC_AUTH_FILE: write('empty.htpasswd', '# none\n\n') },
    /has no user in it\. Create one: `htpasswd -nB NAME`\.$/,
  ],
  [
    'a password in plain text',
    { BASIC_AUTH_FILE: write('plain.htpasswd', 'me:$2y$05$abc\nyou:s3cret\n') },
    /has a password in line 2 that is not hashed/,
  ],
  [
    'a hash that nginx cannot check',
    { BASIC_AUTH_FILE: write('argon.htpasswd', 'me:$argon2id$v=19$m=1$s3cret\n') },
    /line 1 that is not hashed, or in a way that nginx does not know/,
  ],
  [
    'a user without a password',
    { BASIC_AUTH_FILE: write('bare.htpasswd', 'me\n') },
    /has a line 1 that is not NAME:HASH\.$/,
  ],
  [
    'a password file of Windows',
    { BASIC_AUTH_FILE: write('crlf.htpasswd', 'me:$apr1$a$b\r\n') },
    /has Windows line ends \(CRLF\)/,
  ],
  [
    'a folder of pages that is not there',
    { ERROR_PAGES: '/no/pages' },
    /^ERROR_PAGES=\/no\/pages: there is no such folder/,
  ],
  ['maintenance without nginx', { NGINX: 'off', MAINTENANCE: 'on' }, /^MAINTENANCE=on needs nginx, and NGINX=off/],
  // Secrets: never their value
  ['a secret that is wrong', { APP_ARGS: '--token "s3cret' }, /^APP_ARGS \(its value is not shown\): must be words/],
  [
    'a secret in a file that is wrong',
    { APP_ARGS_FILE: unclosed },
    /^APP_ARGS_FILE \(its value is not shown\): must be words/,
  ],
  [
    'a secret twice',
    { APP_ARGS: 's3cret', APP_ARGS_FILE: unclosed },
    /^APP_ARGS and APP_ARGS_FILE are both set: keep one of them\.$/,
  ],
  [
    'a secret file that is not there',
    { APP_ARGS_FILE: '/run/secrets/none' },
    /^APP_ARGS_FILE="\/run\/secrets\/none" names a file that does not exist\./,
  ],
  ['a secret folder', { APP_ARGS_FILE: folder }, /names a folder\. Name the file in it\.$/],
];

/** A number without a unit that cannot be meant: what it would be, and both spellings. */
const bareNumbers: [assignment: string, meant: string, asItIs?: string][] = [
  ['REQUEST_TIMEOUT=30000', '30s', '30000s'],
  ['REQUEST_TIMEOUT=5000', '5s', '5000s'],
  ['BOOT_TIMEOUT=60000', '1m'],
  ['BOOT_TIMEOUT=1500', '1500ms', '1500s'],
  ['STOP_TIMEOUT=25000', '25s'],
  ['PROCESS_STOP_TIMEOUT=25000', '25s'],
  ['WEBSOCKET_TIMEOUT=60000', '1m', '60000s'],
  ['DRAIN_DELAY=5000', '5s'],
  ['DRAIN_DELAY=500', '500ms', '500s'],
  ['RELOAD_SETTLE=1000', '1s', '1000s'],
  ['WORKER_DRAIN_TIMEOUT=30000', '30s'],
  ['WORKER_STALL_TIMEOUT=10000', '10s'],
  ['MAX_WORKER_LIFETIME=3600000', '1h', '3600000s'],
  ['NGINX_CLIENT_TIMEOUT=15000', '15s'],
  ['NGINX_SEND_TIMEOUT=2000', '2s', '2000s'],
  ['NGINX_KEEPALIVE_TIMEOUT=75000', '75s'],
  ['ACCESS_LOG=slow:500', 'slow:500ms', '500s'],
  ['NGINX_MAX_UPLOAD=10', '10m', '10b'],
  ['NGINX_MAX_UPLOAD=1024', '1024m', '1024b'],
  ['MAX_WORKER_MEMORY=600', '600m'],
  ['MAX_WORKER_MEMORY=614400', '614400k'],
  ['MICRO_CACHE=100', '100m'],
  ['NGINX_MAX_HEADER=64', '64k'],
];
for (const [assignment, meant, asItIs] of bareNumbers) {
  const [name = '', text = ''] = assignment.split('=');
  cases.push([
    `${assignment}, without a unit`,
    { [name]: text },
    new RegExp(
      `^${name}="${text}": .* without a unit is .*${asItIs === undefined ? '' : `write ${asItIs}.*`}Write ${name}=${meant}\\.$`,
    ),
  ]);
}

test('every duration and every size has a number without a unit that is refused', () => {
  for (const [key, { type, name }] of definitions) {
    if (!/^a (duration|size) /.test(type.allowed)) continue;
    assert.ok(
      bareNumbers.some(([assignment]) => assignment.startsWith(`${name}=`)),
      key,
    );
  }
});

for (const [what, environment, line] of cases) {
  test(`${what}: ${JSON.stringify(Object.keys(environment))}`, () => {
    const lines = refusal(environment);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', line);
    assert.doesNotMatch(lines[0] ?? '', /s3cret/);
  });
}

test('there are at least 60 of them', () => assert.ok(cases.length >= 60, String(cases.length)));

test('all problems at once, warnings before them', () => {
  assert.deepEqual(
    refusal({ WOKRERS: '3', NGINX_MAX_UPLOAD: '10MB', TRUSTED_PROXIES: '10.0.0.0/33', PORT: 'x' }).map(
      (line) => line.split(/[ =]/)[0],
    ),
    ['warning:', 'PORT', 'NGINX_MAX_UPLOAD', 'TRUSTED_PROXIES'],
  );
});

test('a long value is cut, and stays on one line', () => {
  const [line = ''] = refusal({ PORT: `8\n${'0'.repeat(5000)}` });
  assert.ok(line.length < 300, line);
});

const warned: [environment: Environment, warning: RegExp][] = [
  [{ WOKRERS: '3' }, /^WOKRERS is not a setting of this image\. If it is not your app's own, write WORKERS=3\.$/],
  [{ WORKER: '3' }, /write WORKERS=3\.$/],
  [{ workers: '3' }, /write WORKERS=3\.$/],
  [{ PROT: '80' }, /write PORT=80\.$/],
  [{ 'STOP-TIMEOUT': '30s' }, /write STOP_TIMEOUT=30s\.$/],
  [{ TRUSTED_PROXY: 'private' }, /write TRUSTED_PROXIES=private\.$/],
  [{ LOGLEVEL: 'secret-looking' }, /write LOG_LEVEL\.$/],
  [{ PORT_FILE: '/run/secrets/port' }, /write PORT\.$/],
  [
    { REQUEST_TIMEOUT: '2m', STOP_TIMEOUT: '30s' },
    /^REQUEST_TIMEOUT=2m is longer than a stop may take \(STOP_TIMEOUT=30s\)/,
  ],
];
for (const [environment, warning] of warned) {
  test(`${JSON.stringify(environment)} is a warning: it may be the app's own, or meant`, () => {
    const { warnings } = readSettings(environment);
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', warning);
  });
}

test('the variables of apps, platforms and neighbours are nobody’s typo', () => {
  const foreign = `PATH HOME HOST HOSTNAME USER SHELL TERM LANG PWD TZ DEBUG CI NODE_ENV NODE_OPTIONS NODE_VERSION NPM_CONFIG_LOGLEVEL
    DATABASE_URL REDIS_URL REDIS_HOST REDIS_PORT DB_HOST DB_PORT DB_USER DB_PASSWORD PGHOST PGPORT PGUSER PGPASSWORD MONGO_URI
    API_KEY API_URL API_PORT APP_NAME APP_ENV APP_URL APP_HOST APP_SECRET APP_VERSION APP_PATH APP_MODE SECRET_KEY JWT_SECRET
    SESSION_SECRET COOKIE_SECRET STRIPE_KEY STATIC_DIR STATIC_ROOT STATIC_ASSETS STATIC_CDN_HOST WORKER_CONCURRENCY WORKER_QUEUE WORKER_URL
    WORKER_THREADS HEALTH_CHECK HEALTH_PORT LOG_FILE LOG_DIR LOG_PRETTY ACCESS_TOKEN ACCESS_KEY MAX_RETRIES MAX_CONNECTIONS
    MAX_MEMORY REQUEST_ID REQUEST_LIMIT STOP_WORDS BOOT_MODE RELOAD_TOKEN CORS_ORIGIN BASE_URL PUBLIC_URL PUBLIC_PATH SMTP_HOST SMTP_PORT
    AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY ECS_CONTAINER_METADATA_URI_V4 KUBERNETES_SERVICE_HOST KUBERNETES_PORT
    S6_KEEP_ENV S6_VERBOSITY GUNICORN_CMD_ARGS UV_THREADPOOL_SIZE HTTP_PROXY HTTPS_PROXY NO_PROXY TRUST_PROXY SENTRY_DSN OTEL_EXPORTER_OTLP_ENDPOINT
    NGINX_SERVICE_HOST NGINX_SERVICE_PORT NGINX_SERVICE_PORT_HTTP NGINX_PORT NGINX_PORT_80_TCP NGINX_PORT_80_TCP_ADDR NGINX_PORT_80_TCP_PROTO
    NGINX_NAME STATIC_SERVICE_HOST STATIC_PORT WORKER_SERVICE_HOST WORKER_PORT_80_TCP_PORT`;
  const environment = Object.fromEntries(foreign.split(/\s+/).map((name) => [name, 'x']));
  assert.deepEqual(readSettings(environment).warnings, []);
});

test('a certificate that has ended, or will within two weeks, is a warning', () => {
  for (const [{ certificate, key }, warning] of [
    [endingPair, /^TLS_CERTIFICATE=.* ends in 10 days, on \d{4}-\d\d-\d\d\. Renew it\.$/],
    [endedPair, /^TLS_CERTIFICATE=.* ended on \d{4}-\d\d-\d\d: browsers refuse it/],
  ] as const) {
    const { warnings } = readSettings({
      TLS_CERTIFICATE: write('ending.crt', certificate),
      TLS_KEY: write('ending.key', key),
    });
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', warning);
  }
});

/** @returns its path */
function write(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refusal(environment: Environment): string[] {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof ClusterError, String(error));
    assert.equal(error.exitCode, 78);
    return error.message.split('\n');
  }
  assert.fail(`${JSON.stringify(environment)} was accepted`);
}
