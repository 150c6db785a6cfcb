import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClusterError } from '../../rootfs/usr/local/lib/cluster/errors.ts';
import type { NginxContext } from '../../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import { renderTemplate } from '../../rootfs/usr/local/lib/cluster/nginx/config/template.ts';
import { type Directive, directivesOf } from '../../rootfs/usr/local/lib/cluster/nginx/directives.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { definitions, schema } from '../../rootfs/usr/local/lib/cluster/settings/schema.ts';
import { contextOf, needed, settingsOf, snippets, staticFolder, tls } from '../support/nginx-variants.ts';

/** With a plan as planProcesses() makes it of numbers that are set. */
function render(environment: Environment, more: Partial<NginxContext> = {}): string {
  const settings = settingsOf(environment);
  const plan = {
    maxWorkers: settings.workers === 'auto' ? 3 : settings.workers.max,
    nginxWorkers: settings.nginxWorkers === 'auto' ? 2 : settings.nginxWorkers,
    nginxConnections: settings.nginxConnections,
    nginxOpenFiles: settings.nginxOpenFiles ?? settings.nginxConnections + 2048,
    bodyBufferBytes: 65_536,
  };
  return renderTemplate({ ...contextOf(settings), plan, ...more });
}

test('one upstream server a slot, never taken out by nginx itself', () => {
  const servers = render({}).match(/server unix:\/run\/cluster\/slot-\d\.sock max_fails=0;/g);
  assert.equal(servers?.length, 3);
});

const directives: [environment: Environment, path: string, words: string][] = [
  [{ PORT: '81' }, 'http server listen', 'listen 81 backlog=4096'],
  [{ PORT: '81' }, 'http server listen', 'listen [::]:81 backlog=4096'],
  [{ HEALTH_PATH: '/up' }, 'http server location', 'location = /up'],
  [{ STATIC_PATH: '/srv/my www' }, 'http server location root', 'root /srv/my www'],
  [{ STATIC_PATH: '/srv/www', STATIC_URL: '/files' }, 'http server location', 'location /files/'],
  [{ STATIC_PATH: '/srv/www', STATIC_URL: '/files' }, 'http server location alias', 'alias /srv/www/'],
  [{ STATIC_INDEX: 'on' }, 'http server location try_files', 'try_files /index.html =404'],
  [{ WORKERS: '2-4' }, 'http upstream server', 'server unix:/run/cluster/slot-3.sock max_fails=0'],
  [{ NGINX_WORKER_PROCESSES: '5' }, 'worker_processes', 'worker_processes 5'],
  [{ NGINX_WORKER_CONNECTIONS: '2048' }, 'events worker_connections', 'worker_connections 2048'],
  [{}, 'http upstream keepalive', 'keepalive 512'],
  [{}, 'http upstream keepalive_timeout', 'keepalive_timeout 1s'],
  [{ NGINX_WORKER_CONNECTIONS: '2048' }, 'http upstream keepalive', 'keepalive 256'],
  [{ NGINX_WORKER_OPEN_FILES: '9999' }, 'worker_rlimit_nofile', 'worker_rlimit_nofile 9999'],
  [{ NGINX_MAX_UPLOAD: '50m' }, 'http client_max_body_size', 'client_max_body_size 50m'],
  [{ NGINX_MAX_UPLOAD: '0' }, 'http client_max_body_size', 'client_max_body_size 0'],
  [{ REQUEST_TIMEOUT: '5m' }, 'http proxy_read_timeout', 'proxy_read_timeout 5m'],
  [{ NGINX_MAX_HEADER: '64k' }, 'http large_client_header_buffers', 'large_client_header_buffers 2 32k'],
  [{}, 'http proxy_buffer_size', 'proxy_buffer_size 32k'],
  [{ NGINX_MAX_HEADER: '8k' }, 'http proxy_buffer_size', 'proxy_buffer_size 16k'],
  [{ NGINX_MAX_HEADER: '1m' }, 'http proxy_buffer_size', 'proxy_buffer_size 1m'],
  [{ NGINX_MAX_HEADER: '1m' }, 'http proxy_buffers', 'proxy_buffers 66 16k'],
  [{ WEBSOCKET_TIMEOUT: '10m' }, 'http server location proxy_read_timeout', 'proxy_read_timeout 10m'],
  [{ NGINX_CLIENT_TIMEOUT: '5s' }, 'http client_header_timeout', 'client_header_timeout 5s'],
  [{ NGINX_CLIENT_TIMEOUT: '5s' }, 'http client_body_timeout', 'client_body_timeout 5s'],
  [{ NGINX_SEND_TIMEOUT: '5s' }, 'http send_timeout', 'send_timeout 5s'],
  [{ NGINX_KEEPALIVE_TIMEOUT: '620' }, 'http keepalive_timeout', 'keepalive_timeout 620s'],
  [{ NGINX_KEEPALIVE_TIMEOUT: '0' }, 'http keepalive_timeout', 'keepalive_timeout 0'],
  [{ NGINX_STREAM_UPLOADS: '/up,/api/v1.0' }, 'http server location', 'location ~ ^(/up|/api/v1\\.0)(/|$)'],
  [{ NGINX_PRIVATE_PATH: '/data' }, 'http server location alias', 'alias /data/'],
  [{ RATE_LIMIT: '600r/m' }, 'http limit_req_zone', 'limit_req_zone $binary_remote_addr zone=requests:10m rate=600r/m'],
  [{ RATE_LIMIT: '600r/m' }, 'http server location limit_req', 'limit_req zone=requests burst=20 nodelay'],
  [{ RATE_LIMIT: '1r/s' }, 'http server location limit_req', 'limit_req zone=requests burst=10 nodelay'],
  [{ CONNECTION_LIMIT: '9' }, 'http server limit_conn', 'limit_conn connections 9'],
  [{ STICKY_SESSIONS: 'ip' }, 'http upstream hash', 'hash $remote_addr consistent'],
  [{ STICKY_SESSIONS: 'sid', WORKERS: '2' }, 'http upstream', 'upstream slot_1'],
  [{ STICKY_SESSIONS: 'sid' }, 'http server location proxy_pass', 'proxy_pass http://$upstream_of_session'],
  [{ MICRO_CACHE: '1g' }, 'http server location proxy_cache', 'proxy_cache answers'],
  [{ ...tls, TLS_PORT: '443' }, 'http server listen', 'listen 443 ssl backlog=4096'],
  [tls, 'http server http2', 'http2 on'],
  [
    { ...tls, PROXY_PROTOCOL: 'on', TRUSTED_PROXIES: 'private' },
    'http server listen',
    'listen 8443 ssl proxy_protocol backlog=4096',
  ],
  [{ TRUSTED_PROXIES: '10.0.0.0/8' }, 'http set_real_ip_from', 'set_real_ip_from 10.0.0.0/8'],
  [{ ACCESS_LOG: 'off' }, 'http access_log', 'access_log off'],
  [{ NGINX_UNDERSCORES_IN_HEADERS: 'on' }, 'http underscores_in_headers', 'underscores_in_headers on'],
  [{ BASIC_AUTH_FILE: '/x/htpasswd' }, 'http server auth_basic_user_file', 'auth_basic_user_file /x/htpasswd'],
  [{ ERROR_PAGES: '/x' }, 'http server location alias', 'alias /x/'],
  [{ LOG_LEVEL: 'debug' }, 'error_log', 'error_log stderr info'],
  [{ LOG_LEVEL: 'error' }, 'error_log', 'error_log stderr error'],
];
for (const [environment, path, words] of directives) {
  test(`${JSON.stringify(environment)} reaches ${path}`, () => {
    const found = directivesOf(render(environment)).filter((directive) => directive.path === path);
    assert.ok(
      found.some((directive) => directive.words.join(' ') === words),
      found.map((directive) => directive.words.join(' ')).join('\n'),
    );
  });
}

test('every setting that nginx reads changes its configuration, and no other does', () => {
  const before = render({});
  for (const [key, { name, example, readBy }] of definitions) {
    // How long a stop may take reaches nginx as a part of it, worked out in machine/plan.ts.
    if (key === 'stopTimeoutMs') continue;
    const others = { ...needed[name] };
    const after = render({ ...others, [name]: example });
    delete others[name];
    const without = name.startsWith('TLS_') && Object.keys(others).length < 2 ? before : render(others);
    assert.equal(after !== without, readBy.includes('nginx'), `${name}=${example}`);
  }
  assert.notEqual(render({}, { requestsMs: 1 }), before);
});

test('without IPv6 there is no such socket', () => {
  assert.doesNotMatch(render({}, { hasIpv6: false }), /\[::\]/);
});

test('root stays root, so that nginx may open the workers’ sockets', () => {
  assert.match(render({}, { isRoot: true }), /^user root root;$/m);
  assert.doesNotMatch(render({}), /^user /m);
});

test('without a static folder every request goes to the app', () => {
  assert.doesNotMatch(render({}, { folders: [] }), /try_files|root \//);
});

test('the closing phase leads to where the request would have gone, and tells the worker to close', () => {
  const leadsTo = (environment: Environment, more: Partial<NginxContext> = {}) =>
    contentOf('location @closing', directivesOf(render(environment, more))).map(({ words }) => words.join(' '));
  const always = ['keepalive_timeout 0', 'set $upstream_connection close'];
  assert.deepEqual(leadsTo({}), [...always, 'try_files /.never-a-file @app']);
  assert.deepEqual(leadsTo({ STATIC_INDEX: 'on' }), [...always, 'try_files /.never-a-file $app_location']);
  assert.deepEqual(leadsTo({}, { folders: [] }), [...always, 'proxy_pass http://app']);
});

test('a user’s pages of errors go before ours, at whatever level they are', () => {
  const own = directivesOf('error_page 502 /502.html;');
  const pagesAt = (path: string, directives: readonly Directive[]) =>
    directives.filter((directive) => directive.path === path).map(({ words }) => words.join(' '));
  for (const level of ['http', 'server', 'location'] as const) {
    const directives = directivesOf(render({ STATIC_INDEX: 'on' }, { snippets: new Map([[level, own]]) }));
    const ofServer = pagesAt('http server error_page', directives);
    // What is included is not in the text: there, ours are behind it.
    assert.equal(ofServer[0] === 'error_page 502 /502.html', level === 'http', ofServer.join('\n'));
    const ofApp = contentOf('location @app', directives).filter(({ words }) => words[0] === 'error_page');
    assert.equal(ofApp.length > 0, level === 'location');
    const ofPages = contentOf('location @navigation', directives).map(({ words }) => words.join(' '));
    assert.equal(ofPages.includes('error_page 502 /502.html'), level !== 'location', ofPages.join('\n'));
  }
});

test('of WebSockets a user’s own proxy_read_timeout is taken, which would be there twice', () => {
  const timeouts = (more: Partial<NginxContext>) =>
    contentOf('location @websocket', directivesOf(render({}, more)))
      .filter(({ words }) => words[0] === 'proxy_read_timeout')
      .map(({ words }) => words[1]);
  assert.deepEqual(timeouts({}), ['1h']);
  assert.deepEqual(timeouts({ snippets: new Map([['location', directivesOf('proxy_read_timeout 7s;')]]) }), []);
});

/** What is in a block of the server. */
function contentOf(block: string, directives: readonly Directive[]): readonly Directive[] {
  const begin = directives.findIndex(({ words }) => words.join(' ') === block) + 1;
  assert.ok(begin > 0, block);
  const end = directives.findIndex(({ path }, index) => index >= begin && !path.startsWith('http server location '));
  return directives.slice(begin, end === -1 ? undefined : end);
}

const variants: Environment[] = [
  {},
  { STATIC_INDEX: 'on' },
  { STATIC_URL: '/static', STATIC_INDEX: 'on' },
  { TRUSTED_PROXIES: 'private', ACCESS_LOG: 'off', NGINX_WORKER_OPEN_FILES: '4096' },
  { ...tls, LOG_FORMAT: 'text', ACCESS_LOG: 'errors', ACCESS_LOG_QUERY: 'on', SECURITY_HEADERS: 'strict' },
  { ...tls, TRUSTED_PROXIES: 'private', PROXY_PROTOCOL: 'on', ACCESS_LOG: 'slow:1500ms', SECURITY_HEADERS: 'off' },
  { LOG_FORMAT: 'combined' },
  { LOG_FORMAT: 'logfmt', ACCESS_LOG: 'errors' },
  { RATE_LIMIT: '10r/s', CONNECTION_LIMIT: '5', MICRO_CACHE: '10m', STICKY_SESSIONS: 'ip' },
  { STICKY_SESSIONS: 'cookie', NGINX_STREAM_UPLOADS: '/up', NGINX_PRIVATE_PATH: '/data', STATIC_INDEX: 'on' },
  { STICKY_SESSIONS: 'sid', TLS_REDIRECT: 'off', ...tls },
  { BASIC_AUTH_FILE: '/run/secrets/htpasswd', ERROR_PAGES: '/app/errors', NGINX_UNDERSCORES_IN_HEADERS: 'on' },
];
/** What else than the settings decides. */
const surroundings: Partial<NginxContext>[] = [
  {},
  { folders: [] },
  { folders: [staticFolder(settingsOf({}), { hasSources: true, strayLinks: ['a link', 'b"$x'] })], isTerminal: true },
  { folders: [staticFolder(settingsOf({ STATIC_URL: '/files' })), staticFolder(settingsOf({ STATIC_URL: '/a/b' }))] },
  { snippets, isRoot: true },
];

test('laid out for a human: braces are balanced, every line is indented by its depth, one blank line at the most', () => {
  for (const environment of variants) {
    for (const more of surroundings) {
      const text = render(environment, more);
      let depth = 0;
      let isContinued = false;
      assert.doesNotMatch(text, /\n\n\n|\n\n +}/);
      for (const line of text.split('\n')) {
        const words = line.trim();
        if (words === '') continue;
        if (words === '}') depth -= 1;
        assert.equal(line.length - line.trimStart().length, depth * 2 + (isContinued ? 2 : 0), line);
        if (words.endsWith('{')) depth += 1;
        isContinued = !/[{};]$/.test(words) && !words.startsWith('#');
      }
      assert.equal(depth, 0);
    }
  }
});

/** Signs that mean something to nginx, to a shell or to nobody, and pieces of configuration. */
const hostile = fc.constantFrom(
  ...Array.from(';{}"\'\\$#`\n\r\0\u2028 \t/é💥'),
  ...['..', '%2e', '*/', 'lua', '0', '-', '\\"', '$uri', '$\u007bhost}'],
  ...['; return 200', '} server { listen 1; ', '"; include /etc/passwd; "'],
);

test('no string in any variable makes a directive that the template does not have', () => {
  const known = new Set(
    variants.flatMap((environment) =>
      surroundings.flatMap((more) => directivesOf(render(environment, more)).map(placeOf)),
    ),
  );
  const anything = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 12 }));
  const variable = fc.constantFrom(...definitions.map(([, definition]) => definition));
  let accepted = 0;
  fc.assert(
    fc.property(variable, fc.array(anything, { maxLength: 4 }), fc.nat(20), (definition, parts, at) => {
      // Into an example, so that much of it is let through.
      const { name, example } = definition;
      const text = example.slice(0, at) + parts.join('') + example.slice(at);
      try {
        const rendered = render({ [name]: text });
        accepted += 1;
        for (const directive of directivesOf(rendered)) assert.ok(known.has(placeOf(directive)), directive.path);
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        for (const line of error.message.split('\n')) assert.match(line, /^(warning: )?[A-Z]/);
      }
    }),
    { numRuns: 5000 },
  );
  assert.ok(accepted > 1000, `only ${accepted} of 5000 were let through: the test sees too little`);
});

test('a folder with what nginx quotes stays one word', () => {
  const path = '/app/a b;c{d}#e';
  const roots = directivesOf(render({ STATIC_PATH: path })).filter(({ words }) => words[0] === 'root');
  assert.deepEqual(roots[0]?.words, ['root', path]);
  assert.equal(schema.staticPaths.type.parse(path)?.[0]?.path, path);
});

/** What stands inside of these is data. */
function placeOf({ path }: Directive): string {
  return path.replace(/^(http (?:map|geo|types)) .*$/s, '$1');
}
