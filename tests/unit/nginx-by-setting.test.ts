// Which directives nginx.conf has, by what is set: each for as long as it is asked for, and no longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NginxContext } from '../../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import { renderParts } from '../../rootfs/usr/local/lib/cluster/nginx/config/template.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { contextOf, settingsOf, tls } from '../support/nginx-variants.ts';
import { below, has, outline, render } from './support/nginx-outline.ts';

test('dev mode: the browser is shown why no version answers, and each file is looked at anew', () => {
  const production = render({});
  const development = render({}, {}, 'development');
  for (const [only, pattern] of [
    ['development', /^server > location @dev > proxy_pass http:\/\/primary$/],
    ['development', /^server > error_page 502 504 = @dev$/],
    ['production', /^server > error_page (\d+ )+502 (\d+ )+504 \$error_page$/],
    ['production', /^open_file_cache /],
    ['production', /^upstream app > server .*waiting\S* backup/],
  ] as const) {
    assert.equal(has(production, pattern), only === 'production', `${pattern} in production`);
    assert.equal(has(development, pattern), only === 'development', `${pattern} in development`);
  }
});

test('the waiting room is a backup wherever nginx can have one', () => {
  for (const [sticky, isThere] of [
    ['off', true],
    ['sid', true],
    ['ip', false],
    ['cookie', false],
  ] as const) {
    const lines = render({ STICKY_SESSIONS: sticky });
    assert.equal(has(lines, /^upstream app > server .* backup/), isThere, sticky);
    assert.equal(has(lines, /^upstream app > keepalive_time 5s$/), !isThere, sticky);
    assert.equal(has(lines, /^upstream app > least_conn$/), isThere, sticky);
  }
});

test('with session ids each slot has an upstream of its own, otherwise there is one for all', () => {
  const upstreams = (environment: Environment) =>
    below(render(environment), 'upstream ').filter((line) => !line.includes(' > '));
  assert.deepEqual(upstreams({ STICKY_SESSIONS: 'sid' }), ['app', 'slot_0', 'slot_1', 'slot_2', 'primary']);
  for (const sticky of ['off', 'ip', 'cookie'])
    assert.deepEqual(upstreams({ STICKY_SESSIONS: sticky }), ['app', 'primary']);
  const map = below(render({ STICKY_SESSIONS: 'sid' }), 'map $arg_sid $upstream_of_session > ');
  assert.deepEqual(map, ['default app', '~^0- slot_0', '~^1- slot_1', '~^2- slot_2']);
});

test('a client that stays by cookie gets one, over HTTPS a secure one', () => {
  const lines = render({ STICKY_SESSIONS: 'cookie' });
  assert.ok(has(lines, /^server > add_header Set-Cookie \$sticky_cookie always$/));
  const [plain = '', secure = ''] = below(lines, 'map $scheme:$cookie_node_worker:$upstream_addr $sticky_cookie > ~');
  assert.doesNotMatch(plain, /; Secure/);
  assert.match(secure, /^\^https:.*; Secure/);
  assert.ok(!has(render({}), /sticky|Set-Cookie/));
});

test('TLS: its own port, and redirections unless they are turned off', () => {
  const plain = render({});
  assert.ok(!has(plain, /ssl|http2|497|goes_to_https/));
  const redirected = render(tls);
  assert.deepEqual(below(redirected, 'server > listen '), [
    '8080 backlog=4096',
    '[::]:8080 backlog=4096',
    '8443 ssl backlog=4096',
    '[::]:8443 ssl backlog=4096',
    ...below(redirected, 'server > listen ').slice(4),
  ]);
  assert.ok(has(redirected, /^server > error_page 497 =308 https/));
  assert.deepEqual(below(redirected, 'server > if ($goes_to_https) > '), [
    'return 308 https://$https_host$request_uri',
  ]);
  assert.deepEqual(below(redirected, 'map $scheme:$uri $goes_to_https > '), [
    'default 0',
    'http:/healthz 0',
    String.raw`~^http:/\.error/ 0`,
    '~^http: 1',
  ]);
  const both = render({ ...tls, TLS_REDIRECT: 'off' });
  assert.ok(has(both, /^server > error_page 497 =400 \$error_page$/));
  assert.ok(!has(both, /goes_to_https|=308/));
  const [ciphers = ''] = below(redirected, 'server > ssl_ciphers ');
  assert.equal(ciphers.split(':').length, 6);
  assert.ok(ciphers.split(':').every((cipher) => /^ECDHE-(ECDSA|RSA)-(AES|CHACHA)/.test(cipher)));
});

test('the client is the connection’s, unless a proxy is trusted', () => {
  const sent = (environment: Environment) =>
    Object.fromEntries(
      below(render(environment), 'server > proxy_set_header ').map((line) => {
        const [name = '', ...value] = line.split(' ');
        return [name, value.join(' ')];
      }),
    );
  const { Host, 'X-Forwarded-Proto': proto, 'X-Forwarded-Port': port } = sent({});
  assert.deepEqual([Host, proto, port], ['$asked_host', '$scheme', '']);
  assert.ok(!has(render({}), /real_ip|is_trusted_proxy/));

  const trusted = { TRUSTED_PROXIES: '10.0.0.0/8,::1' };
  const behind = sent(trusted);
  assert.deepEqual(
    [behind.Host, behind['X-Forwarded-Proto'], behind['X-Forwarded-Port']],
    ['$client_host', '$client_scheme', '$client_port'],
  );
  const lines = render(trusted);
  assert.deepEqual(below(lines, 'set_real_ip_from '), ['10.0.0.0/8', '::1']);
  assert.deepEqual(below(lines, 'real_ip_header '), ['X-Forwarded-For']);
  assert.deepEqual(below(lines, 'geo $realip_remote_addr $is_trusted_proxy > '), [
    'default 0',
    '10.0.0.0/8 1',
    '::1 1',
  ]);
  assert.ok(has(lines, /^map \$is_trusted_proxy \$http_x_forwarded_proto \$client_scheme > 1 https https$/));

  const protocol = { ...trusted, PROXY_PROTOCOL: 'on' };
  const named = sent(protocol);
  assert.deepEqual(
    [named.Host, named['X-Forwarded-Proto'], named['X-Forwarded-Port']],
    ['$asked_host', '$client_scheme', ''],
  );
  const byProtocol = render(protocol);
  assert.deepEqual(below(byProtocol, 'real_ip_header '), ['proxy_protocol']);
  assert.ok(has(byProtocol, /^map \$is_trusted_proxy \$proxy_protocol_server_port \$client_scheme > 1 443 https$/));
  assert.ok(!has(byProtocol, /client_host|client_port|http_x_forwarded_proto/));
  assert.ok(has(byProtocol, /^server > listen 8080 proxy_protocol backlog/));
});

test('the access log: which requests, in which format', () => {
  const written = (environment: Environment, more: Partial<NginxContext> = {}) =>
    below(render(environment, more), 'access_log ')[0];
  assert.equal(written({}), '/dev/stdout json buffer=4k flush=1s');
  assert.equal(written({}, { isTerminal: true }), '/dev/stdout text buffer=4k flush=1s');
  assert.equal(written({ LOG_FORMAT: 'json' }, { isTerminal: true }), '/dev/stdout json buffer=4k flush=1s');
  assert.equal(written({ LOG_FORMAT: 'text' }), '/dev/stdout text buffer=4k flush=1s');
  assert.equal(written({ ACCESS_LOG: 'errors' }), '/dev/stdout json buffer=4k flush=1s if=$is_logged');
  assert.equal(written({ ACCESS_LOG: 'off' }), 'off');
  assert.ok(!has(render({ ACCESS_LOG: 'off' }), /log_format|\$is_logged|\$slot/));
  assert.deepEqual(below(render({ ACCESS_LOG: 'errors' }), 'map $status $is_logged > '), ['default 0', '~^[45] 1']);
  assert.match(below(render({ ACCESS_LOG: 'slow:500ms' }), 'map $request_time $is_logged > ')[1] ?? '', /^~\^.* 1$/);
  assert.deepEqual(below(render({}), 'map $upstream_addr $slot > ').slice(0, 4), [
    'default null',
    'unix:/run/cluster/slot-0.sock 0',
    'unix:/run/cluster/slot-1.sock 1',
    'unix:/run/cluster/slot-2.sock 2',
  ]);
  assert.equal(below(render({ LOG_FORMAT: 'text' }), 'map $upstream_addr $slot > ')[0], 'default -');
});

test('a line of JSON is one, whichever fields it has', () => {
  const line = (environment: Environment) => {
    const [format = ''] = below(render(environment), 'log_format json escape=json ');
    const values = format
      .replaceAll(/' '|^'|'$/g, '')
      .replaceAll(/"\$\w+"/g, '"x"')
      .replaceAll(/\$\w+/g, '1')
      .replaceAll(/(?<=[,{}]) (?=["}])/g, '');
    return Object.keys(JSON.parse(values));
  };
  const fields = [
    'time',
    'id',
    'client',
    'method',
    'host',
    'path',
    'status',
    'bytes',
    'duration',
    'workerDuration',
    'slot',
  ];
  assert.deepEqual(line({}), [...fields, 'agent']);
  assert.deepEqual(line({ MICRO_CACHE: '1m', ...tls }), [...fields, 'cache', 'tls', 'agent']);
});

test('a logged path has a query only if it is asked for', () => {
  assert.match(below(render({}), 'map $request_uri $cut_path > ')[0] ?? '', /\[\^\?\]/);
  assert.doesNotMatch(below(render({ ACCESS_LOG_QUERY: 'on' }), 'map $request_uri $cut_path > ')[0] ?? '', /\[\^\?\]/);
});

test('limits: each by itself, and neither where none is set', () => {
  assert.ok(!has(render({}), /limit_(req|conn)|limited|[Rr]etry.[Aa]fter/));
  const rate = render({ RATE_LIMIT: '6r/m' });
  assert.deepEqual(below(rate, 'map $status $upstream_status $retry_after > '), ['default ', '429  10']);
  assert.ok(has(rate, /^server > add_header Retry-After \$retry_after always$/));
  assert.ok(has(rate, /^server > location @app > limit_req zone=requests burst=10 nodelay$/));
  assert.ok(!has(rate, /limit_conn/));
  const connections = render({ CONNECTION_LIMIT: '5', HEALTH_PATH: '/up' });
  assert.deepEqual(below(connections, 'map $uri $limited_client > '), ['default $binary_remote_addr', '/up ']);
  assert.deepEqual(below(connections, 'server > limit_conn '), ['connections 5']);
  assert.deepEqual(below(connections, 'map $status $upstream_status $retry_after > ')[1], '429  1');
  assert.ok(!has(connections, /limit_req/));
});

test('the micro-cache is there only with a size', () => {
  const cached = render({ MICRO_CACHE: '10m' });
  assert.ok(has(cached, /^proxy_cache_path \/run\/nginx\/cache .* max_size=10m /));
  assert.ok(has(cached, /^server > add_header X-Cache \$upstream_cache_status always$/));
  assert.ok(has(cached, /^server > location @app > proxy_cache answers$/));
  assert.ok(!has(render({}), /proxy_cache|X-Cache/));
});

test('security headers: each where the app has none of its own, HSTS over HTTPS only', () => {
  const lines = render({});
  const names = below(lines, 'server > add_header ').flatMap((line) => line.match(/^(\S+) \$security_/)?.[1] ?? []);
  assert.ok(names.includes('Strict-Transport-Security') && names.length > 5);
  for (const name of names) {
    const variable = name.toLowerCase().replaceAll('-', '_');
    const source =
      name === 'Strict-Transport-Security' ? `$scheme:$upstream_http_${variable}` : `$upstream_http_${variable}`;
    const [entry = '', ...more] = below(lines, `map ${source} $security_${variable} > `);
    assert.deepEqual(more, []);
    assert.ok(entry.startsWith(name === 'Strict-Transport-Security' ? 'https: max-age' : ' '), entry);
  }
  assert.ok(!has(render({ SECURITY_HEADERS: 'off' }, { securityHeaders: [] }), /security_/));
});

test('a user’s snippets are the last of their level, and locations then repeat their headers', () => {
  const lines = render({}, { snippets: new Set(['http', 'server', 'location']) });
  const server = lines.filter((line) => line.startsWith('server > ') && !line.includes('stub_status'));
  assert.ok(lines.includes('include /app/nginx/http.d/*.conf'));
  assert.ok(server.includes('server > include /app/nginx/server.d/*.conf'));
  const app = below(lines, 'server > location @app > ');
  assert.equal(app.at(-1), 'include /app/nginx/location.d/*.conf');
  assert.ok(app.some((line) => line.startsWith('add_header X-Request-Id')));
  assert.ok(app.some((line) => line.startsWith('proxy_set_header Host')));
  assert.deepEqual(below(render({}), 'server > location @app > '), ['proxy_pass http://app']);
  assert.ok(!has(render({}), /include \/app/));
});

test('an error is answered in the client’s language, without headers that stand there already', () => {
  const lines = render({ STICKY_SESSIONS: 'cookie' });
  for (const kind of ['json', 'html']) {
    const page = below(lines, `server > location = /.error/${kind} > `);
    assert.match(page.find((line) => line.startsWith('more_clear_headers ')) ?? '', / X-Request-Id( \S+)* Set-Cookie$/);
    assert.ok(page.includes(`default_type ${kind === 'json' ? 'application/json' : 'text/html'}`));
    assert.match(page.at(-1) ?? '', kind === 'json' ? /^return 200 \{"status"/ : /^return 200 <!doctype html>/);
  }
  const texts = below(lines, 'map $status $error_text > ');
  assert.equal(texts[0], 'default Error');
  assert.ok(texts.includes('404 Not found'));
  const [codes = ''] = below(lines, 'server > error_page ');
  assert.deepEqual(
    codes.match(/\d+/g),
    texts.slice(1).map((line) => line.slice(0, 3)),
  );
});

test('nginx’s own processes: as planned, and root only where it has to be', () => {
  assert.ok(has(render({}, { isRoot: true }), /^user root root$/));
  assert.ok(!has(render({}), /^user /));
  const lines = render({}, { requestsMs: 1234, folder: '/tmp/x' });
  assert.ok(lines.includes('worker_shutdown_timeout 1234ms') && lines.includes('pid /tmp/x/nginx.pid'));
  assert.deepEqual(
    lines.filter((line) => /_temp_path /.test(line)),
    ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path /tmp/x/${kind === 'client_body' ? 'body' : kind}`,
    ),
  );
  assert.ok(has(lines, /^server > listen unix:\/tmp\/x\/status\.sock$/) && has(lines, /^server > stub_status$/));
});

test('a user’s own nginx.conf includes upstreams that need nothing else', () => {
  const context = contextOf(settingsOf({ STICKY_SESSIONS: 'cookie', MICRO_CACHE: '1m' }));
  const lines = outline(renderParts(context));
  assert.ok(lines.includes('upstream app > least_conn') && lines.includes('server > stub_status'));
  assert.ok(lines.includes('client_body_temp_path /run/nginx/body'));
  assert.ok(!has(lines, /sticky|proxy_cache/));
});
