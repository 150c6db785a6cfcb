// Which directives nginx.conf has, by what is set: each for as long as it is asked for, and no longer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderParts } from '../../rootfs/usr/local/lib/cluster/nginx/config/template.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { projectRoot } from '../../tools/paths.ts';
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
  // While a request has no status: the page of an error is not redirected.
  assert.deepEqual(below(redirected, 'map $status $scheme $goes_to_https > '), ['default 0', '000 http 1']);
  // Behind the health check's `break`, which therefore is answered without TLS, too.
  const conditions = below(redirected, 'server > if ').filter((line) => !line.startsWith('(-f '));
  assert.deepEqual(conditions.slice(0, 6), [
    '($is_malformed)',
    '($is_malformed) > return 400',
    '($uri = /healthz)',
    '($uri = /healthz) > break',
    '($goes_to_https)',
    '($goes_to_https) > return 308 https://$https_host$request_uri',
  ]);
  const behindProxy = render({ ...tls, TRUSTED_PROXIES: 'private' });
  assert.deepEqual(below(behindProxy, 'map $status $client_scheme $goes_to_https > '), ['default 0', '000 http 1']);
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

test('limits: each by itself, and neither where none is set', () => {
  const retryAfter = 'map $status $upstream_status $retry_after > ';
  const [always, maintenance] = ['default $upstream_http_retry_after', '503  $retry_after_maintenance'];
  const unlimited = render({});
  assert.ok(!has(unlimited, /limit_(req|conn)|limited/));
  assert.deepEqual(below(unlimited, retryAfter), [always, '429  1', maintenance]);
  assert.deepEqual(below(unlimited, 'map $maintenance $retry_after_maintenance > '), [
    'default ',
    'on 300',
    'told 300',
  ]);
  const rate = render({ RATE_LIMIT: '6r/m' });
  assert.deepEqual(below(rate, retryAfter), [always, '429  10', maintenance]);
  for (const lines of [unlimited, rate])
    assert.ok(lines.includes('server > more_set_headers -s 429 503 Retry-After: $retry_after'));
  for (const location of ['@app', '@websocket'])
    assert.ok(rate.includes(`server > location ${location} > limit_req zone=requests burst=10 nodelay`), location);
  assert.ok(!has(rate, /limit_conn/));
  const connections = render({ CONNECTION_LIMIT: '5', HEALTH_PATH: '/up' });
  assert.deepEqual(below(connections, 'map $uri $limited_client > '), ['default $binary_remote_addr', '/up ']);
  assert.deepEqual(below(connections, 'server > limit_conn '), ['connections 5']);
  assert.deepEqual(below(connections, retryAfter), [always, '429  1', maintenance]);
  assert.ok(!has(connections, /limit_req/));
});

test('the micro-cache is there only with a size', () => {
  const cached = render({ MICRO_CACHE: '10m' });
  assert.ok(has(cached, /^proxy_cache_path \/run\/nginx\/cache .* max_size=10m /));
  assert.ok(has(cached, /^server > add_header X-Cache \$upstream_cache_status always$/));
  assert.ok(has(cached, /^server > location @app > proxy_cache answers$/));
  assert.ok(!has(render({}), /proxy_cache|X-Cache/));
});

test('a user’s snippets are the last of their level, and locations then repeat their headers', () => {
  const lines = render(
    {},
    {
      snippets: new Map([
        ['http', []],
        ['server', []],
        ['location', []],
      ]),
    },
  );
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

test('nothing undefined reaches nginx, whatever is set', () => {
  const everything = {
    ...tls,
    TRUSTED_PROXIES: 'private',
    RATE_LIMIT: '5r/s',
    CONNECTION_LIMIT: '5',
    MICRO_CACHE: '1m',
  };
  for (const environment of [
    {},
    { ...everything, STATIC_INDEX: 'on', STICKY_SESSIONS: 'cookie', ACCESS_LOG: 'errors' },
    { ...everything, PROXY_PROTOCOL: 'on', STICKY_SESSIONS: 'sid', ACCESS_LOG: 'slow:1s', LOG_FORMAT: 'text' },
  ]) {
    assert.deepEqual(
      render(environment).filter((line) => /undefined|null null|\bfalse\b|NaN|\[object/.test(line)),
      [],
    );
  }
});

test('malformed requests are refused before anything else', () => {
  const lines = render({});
  assert.deepEqual(below(lines, 'server > if ($is_malformed) > '), ['return 400']);
  for (const variable of ['is_ordinary', 'is_malformed', 'is_strange', 'asked_host', 'targeted_host', 'named_host']) {
    assert.ok(has(lines, new RegExp(`^map .* \\$${variable} > default `)), variable);
  }
});

test('text is compressed, by brotli where the client takes it', () => {
  const lines = render({});
  assert.ok(lines.includes('include /etc/nginx/compressible-types.conf'));
  const listed = outline(readFileSync(join(projectRoot, 'rootfs/etc/nginx/compressible-types.conf'), 'utf8'));
  for (const kind of ['gzip', 'brotli']) {
    assert.ok(lines.includes(`${kind} on`));
    const [types = ''] = below(listed, `${kind}_types `);
    for (const type of ['text/css', 'application/json', 'image/svg+xml', 'application/vnd.api+json'])
      assert.ok(types.split(' ').includes(type), type);
    assert.doesNotMatch(types, /event-stream|image\/(png|jpeg|webp)|woff|zip/);
  }
});

test('a request’s id goes to the client and to the app', () => {
  const lines = render({});
  assert.ok(lines.includes('server > add_header X-Request-Id $correlation_id always'));
  assert.ok(lines.includes('server > proxy_set_header X-Request-Id $correlation_id'));
  assert.deepEqual(below(lines, 'map $http_x_request_id $correlation_id > ').length, 3);
});

test('a refused client is told so with 429, by each kind of limit', () => {
  const lines = render({ RATE_LIMIT: '5r/s', CONNECTION_LIMIT: '5' });
  assert.deepEqual(
    lines.filter((line) => line.startsWith('limit_')),
    [
      'limit_req_zone $binary_remote_addr zone=requests:10m rate=5r/s',
      'limit_req_status 429',
      'limit_conn_zone $limited_client zone=connections:10m',
      'limit_conn_status 429',
    ],
  );
});
