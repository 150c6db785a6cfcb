// Which locations nginx.conf has for files, by what is set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  block,
  lines,
  nginxPath,
  nginxString,
  paragraphs,
  urlPathPattern,
} from '../../rootfs/usr/local/lib/cluster/nginx/config/layout.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { settingsOf, staticFolder } from '../support/nginx-variants.ts';
import { below, has, render } from './support/nginx-outline.ts';

/** What asks for an upgrade goes on in a location of its own. */
const divertUpgrades = ['if ($upstream_connection)', 'if ($upstream_connection) > return 418'];

test('below a base path everything else is not found, and the path itself leads to the app', () => {
  for (const more of [{}, { folders: [] }]) {
    const lines = render({ BASE_PATH: '/shop' }, more);
    assert.ok(has(lines, /^server > location \/shop\/$/));
    assert.deepEqual(below(lines, 'server > location = /shop > '), ['return 308 /shop/$is_args$args']);
    assert.deepEqual(below(lines, 'server > location / > '), ['return 404']);
    assert.ok(has(lines, /proxy_set_header X-Forwarded-Prefix \/shop$/));
    const root = render({}, more);
    assert.ok(!has(root, /return 404|return 308/));
    assert.ok(has(root, /proxy_set_header X-Forwarded-Prefix $/));
  }
});

test('the static folder is looked at first, at the root or below its URL', () => {
  // A folder with a page, whose URL has no slash at its end, is left to nginx: it redirects.
  const files = [
    ...divertUpgrades,
    'if (-f $request_filename$folder_page)',
    'try_files $file_path $file_path/index.html @app',
  ];
  const atRoot = render({ STATIC_PATH: '/srv/www' });
  assert.deepEqual(below(atRoot, 'server > location / > ').slice(0, 5), ['root /srv/www', ...files]);
  for (const [environment, url, others] of [
    [{ STATIC_URL: '/files' }, '/files/', '/'],
    [{ STATIC_URL: '/files', BASE_PATH: '/shop' }, '/shop/files/', '/shop/'],
  ] as const) {
    const lines = render({ STATIC_PATH: '/srv/www', ...environment });
    assert.deepEqual(below(lines, `server > location ${url} > `).slice(0, 5), ['alias /srv/www/', ...files]);
    assert.deepEqual(below(lines, `server > location = ${url.slice(0, -1)} > `), [`return 301 ${url}$is_args$args`]);
    assert.deepEqual(below(lines, `server > location ${others} > `), [
      ...divertUpgrades,
      'try_files /.never-a-file @app',
    ]);
  }
  const folder = staticFolder(settingsOf({ STATIC_URL: '/files' }), { hasIndex: false });
  assert.ok(!has(render({}, { folders: [folder] }), /location = \/files/));
  const atBase = render({ STATIC_PATH: '/srv/www', BASE_PATH: '/shop' });
  assert.deepEqual(below(atBase, 'server > location /shop/ > ').slice(0, 5), ['alias /srv/www/', ...files]);
  const without = render({}, { folders: [] });
  assert.deepEqual(below(without, 'server > location / > '), [...divertUpgrades, 'proxy_pass http://app']);
  assert.ok(!has(without, /@app|file_path|folder_page|file_cache_control/));
  // The file that says maintenance is looked for all the same.
  assert.ok(has(without, /^open_file_cache max=/) && has(without, /^server > if \(-f \S+\/maintenance\)$/));
});

test('each of several static folders has its URL, and what none of them has is for the app', () => {
  const folders = ['/files', '/media'].map((url) => ({ ...staticFolder(settingsOf({})), url, path: `/srv${url}` }));
  const lines = render({}, { folders });
  for (const url of ['/files', '/media'])
    assert.equal(below(lines, `server > location ${url}/ > `)[0], `alias /srv${url}/`);
  assert.deepEqual(below(lines, 'server > location / > '), [...divertUpgrades, 'try_files /.never-a-file @app']);
  assert.equal(lines.filter((line) => line === 'server > location @app').length, 1);
});

test('an upgrade leads to a location of its own, which has its own time-out', () => {
  for (const [lines, timeout] of [
    [render({}), '1h'],
    [render({ WEBSOCKET_TIMEOUT: '7m' }, { folders: [] }), '7m'],
  ] as const) {
    assert.ok(lines.includes('server > error_page 418 = @websocket'));
    assert.deepEqual(below(lines, 'server > location @websocket > '), [
      `proxy_read_timeout ${timeout}`,
      'proxy_pass http://app',
    ]);
    // To HTTP/2 there is none.
    assert.deepEqual(below(lines, 'map $http_upgrade $upstream_connection > '), ['default upgrade', ' ', '~*h2c ']);
  }
});

test('names with a hash are kept for ever, others are asked for again', () => {
  const [volatile, otherwise, ...kept] = below(render({}), 'map $uri $file_cache_control > ');
  assert.deepEqual([volatile, otherwise], ['volatile', 'default no-cache']);
  assert.ok(kept.length > 2 && kept.every((line) => /^~.* public, max-age=31536000, immutable$/.test(line)));
});

test('a single-page app answers pages that neither a file nor the app knows', () => {
  const lines = render({ STATIC_INDEX: 'on' });
  const tried = below(lines, 'server > location / > try_files ');
  assert.deepEqual(tried, ['$file_path $file_path/index.html $app_location']);
  const navigation = below(lines, 'server > location @navigation > ');
  assert.ok(navigation.includes('error_page 404 =200 @index') && navigation.includes('proxy_pass http://app'));
  const [codes = ''] = navigation.filter((line) => line.startsWith('error_page ') && line.includes(' 403 '));
  assert.doesNotMatch(codes, /404/);
  assert.match(below(render({}), 'server > error_page ')[0] ?? '', /404/);
  assert.ok(below(lines, 'server > location @index > ').some((line) => line.startsWith('add_header X-Request-Id ')));
  assert.ok(!has(render({}), /@navigation|@index|app_location/));
});

test('hidden files, sources and links that lead out are for the app', () => {
  const toTheApp = ['try_files /.never-a-file @app'];
  const hidden = String.raw`server > location ~ /\.(?!well-known/) > `;
  assert.deepEqual(below(render({}), hidden), toTheApp);
  const belowBase = render(
    { BASE_PATH: '/my.shop' },
    { folders: [staticFolder(settingsOf({}), { hasSources: true })] },
  );
  assert.deepEqual(below(belowBase, String.raw`server > location ~ ^/my\.shop(?=/).*/\.(?!well-known/) > `), toTheApp);
  assert.ok(has(belowBase, /^server > location ~\* \^\/my\\.shop\(\?=\/\)\.\*\(\/\(node_modules/));
  assert.ok(
    has(
      render({}, { folders: [staticFolder(settingsOf({}), { hasSources: true })] }),
      /^server > location ~\* \(\/\(node_modules\|nginx\)\/\|/,
    ),
  );
  assert.ok(!has(render({}), /node_modules/));
  const links = render(
    { STATIC_URL: '/files' },
    { folders: [staticFolder(settingsOf({ STATIC_URL: '/files' }), { strayLinks: ['a link', 'deep/b'] })] },
  );
  for (const url of ['/files/a link', '/files/deep/b']) {
    assert.deepEqual(below(links, `server > location = ${url} > `), toTheApp);
    assert.deepEqual(below(links, `server > location ^~ ${url}/ > `), toTheApp);
  }
  assert.ok(!has(render({}), /location (=|\^~) \/(files|a)/));
});

test('private files and streamed uploads have locations only where they are set', () => {
  const lines = render({ NGINX_PRIVATE_PATH: '/data', NGINX_STREAM_UPLOADS: '/up', BASE_PATH: '/shop' });
  const files = below(lines, 'server > location /_private/ > ');
  assert.deepEqual(files.slice(0, 3), ['internal', 'alias /data/', 'disable_symlinks if_not_owner from=/data']);
  assert.ok(files.some((line) => line.startsWith('add_header X-Request-Id ')));
  // The app's own, which would be dropped with its response.
  assert.ok(files.includes('add_header X-Content-Type-Options $upstream_http_x_content_type_options always'));
  assert.deepEqual(below(lines, 'server > location ~ ^/shop(/up)(/|$) > '), [
    ...divertUpgrades,
    'proxy_request_buffering off',
    'proxy_pass http://app',
  ]);
  assert.ok(!has(render({}), /_private|proxy_request_buffering/));
});

test('at the root, the app and the files share one location', () => {
  const locations = (environment: Environment) =>
    render(environment).filter((line) => /^server > location \/\S*$/.test(line));
  assert.deepEqual(locations({}), ['server > location /']);
  assert.deepEqual(locations({ BASE_PATH: '/shop' }), ['server > location /shop/', 'server > location /']);
  assert.deepEqual(locations({ STATIC_URL: '/files' }), ['server > location /files/', 'server > location /']);
});

test('a browser that navigates is known by what it asks for', () => {
  const [volatile, otherwise, page = ''] = below(
    render({ STATIC_INDEX: 'on' }),
    'map $request_method $http_accept $app_location > ',
  );
  assert.deepEqual([volatile, otherwise], ['volatile', 'default @app']);
  const [, pattern = '', location] = /^~(.*) (@\w+)$/.exec(page) ?? [];
  assert.equal(location, '@navigation');
  const isPage = (request: string) => new RegExp(pattern).test(request);
  assert.ok(isPage('GET text/html,application/xhtml+xml') && isPage('HEAD text/html'));
  assert.ok(!isPage('GET */*') && !isPage('POST text/html') && !isPage('GET application/json, text/html'));
});

test('a file wins for GET and HEAD only', () => {
  assert.deepEqual(below(render({}), 'map $request_method $file_path > '), [
    'volatile',
    'default /.never-a-file',
    'GET $uri',
    'HEAD $uri',
  ]);
});

test('a folder’s page is looked for with GET and HEAD only, where the URL has no slash at its end', () => {
  const [volatile, otherwise, page = ''] = below(render({}), 'map $request_method $uri $folder_page > ');
  assert.deepEqual([volatile, otherwise], ['volatile', 'default /.never-a-file']);
  const [, pattern = '', file] = /^~(.*) (\/\S+)$/.exec(page) ?? [];
  assert.equal(file, '/index.html');
  const isAsked = (request: string) => new RegExp(pattern).test(request);
  assert.ok(isAsked('GET /docs') && isAsked('HEAD /a/docs'));
  assert.ok(!isAsked('GET /docs/') && !isAsked('POST /docs') && !isAsked('GET /'));
});

test('what is no word of nginx’s configuration is never written as one', () => {
  for (const text of ['a"b', 'a\\b', '$a', 'a\nb', '\u0000']) assert.throws(() => nginxPath(text), RangeError);
  assert.equal(nginxPath('/a b;{}'), '"/a b;{}"');
  assert.equal(nginxString('a "b" \\ $c'), '"a \\"b\\" \\\\ $c"');
  assert.equal(urlPathPattern('/a.b~c-d'), '/a\\.b\\~c-d');
});

test('pieces that are not there leave no gap, and empty lines no blanks', () => {
  assert.equal(lines('a', undefined, false, '', 'b'), 'a\nb');
  assert.equal(paragraphs('a', undefined, false, '', 'b'), 'a\n\nb');
  assert.equal(block('x', paragraphs('a', 'b')), 'x {\n  a\n\n  b\n}');
});
