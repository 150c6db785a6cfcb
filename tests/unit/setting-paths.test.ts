// What paths and networks read, refuse, print and suggest, by what people write into variables.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefixOf } from '../../rootfs/usr/local/lib/cluster/settings/base-path.ts';
import { address, networks, privateNetworks } from '../../rootfs/usr/local/lib/cluster/settings/types/network.ts';
import { file, folder, urlPath, urlPaths, urlPrefix } from '../../rootfs/usr/local/lib/cluster/settings/types/path.ts';
import { promise } from './support/setting-type.ts';

promise('a URL path has no character that means something to nginx, and no way up', {
  type: urlPath,
  reads: [
    ...['/a', '/healthz', '/a/b.c', '/A-b_c~9', '/.well-known/x', '/...', '/a..b', '/..a', '/a.'].map(
      (path) => [path, path] as const,
    ),
    [undefined, '', '/', 'a', 'a/b', '/a/', '//a', '/a//b', '/a b', '/a?b', '/a#b', '/a%20', '/a;', '/a{', '/$a', '/é'],
    [undefined, '/.', '/..', '/./a', '/../a', '/a/.', '/a/..', '/a/../b', '/a/./b'],
  ],
  prints: [['/a/b', '/a/b']],
  suggests: [[['/a/b'], 'a/b', '/a/b/', '//a/b', 'a/b//']],
});

promise('a URL prefix may be the whole site, and ends without a slash', {
  type: urlPrefix,
  reads: [
    ['/', '/'],
    ['/static', '/static', '/static/'],
    ['/a/b', '/a/b/'],
    [undefined, '', '//', '/static//', 'static'],
  ],
  prints: [
    ['/', '/'],
    ['/shop', '/shop'],
  ],
});

test('a base path is put before a URL path', () => {
  assert.equal(prefixOf({ basePath: '/shop' }), '/shop');
  assert.equal(prefixOf({ basePath: '/' }), '');
});

promise('URL paths are separated by commas or blanks', {
  type: urlPaths,
  reads: [
    [['/a'], '/a', '/a/', ' /a,', ',/a'],
    [['/a', '/b/c'], '/a,/b/c', '/a /b/c', '/a/, /b/c/', '/a ,\t/b/c'],
    [undefined, '', ',', ' , ', '/a,b', '/a,/', '/a//,/b'],
  ],
  prints: [[['/a', '/b/c'], '/a,/b/c']],
  suggests: [
    [['/upload,/api'], 'upload,api', 'upload api/', '//upload//,/api'],
    [['/a/b,/c'], 'a/b,c'],
  ],
});

promise('a folder is absolute, without a slash at its end and without what nginx would read as more than a word', {
  type: folder,
  reads: [
    ['/app/public', '/app/public', '/app/public/', '/app/public//'],
    ['/app/my site/öffentlich', '/app/my site/öffentlich'],
    ['/app/..a/.b', '/app/..a/.b'],
    [undefined, '', '/', '//', '//app', 'app', './app', 'x/app', '/app/../etc', '/app/..', '/./app', '/app/.'],
    [undefined, '/a"b', "/a'b", '/a`b', '/$a', '/a\\b', '/a\nb', '/a\u0000', '/a\u2028b', '/a\u2029b'],
  ],
  prints: [['/app/dist', '/app/dist']],
  suggests: [
    [['/app/dist'], 'dist', './dist'],
    [['/app/a/b'], 'a/b', './a/b'],
  ],
});

promise('the path of a file is one line', {
  type: file,
  reads: [
    ['src/main.ts', 'src/main.ts'],
    ['/app/my app.js', '/app/my app.js'],
    [undefined, '', 'a\nb', '\u0000'],
  ],
  prints: [['src/main.ts', 'src/main.ts']],
});

promise('an address is IPv4 or IPv6, without a zone', {
  type: address,
  reads: [
    ...['127.0.0.1', '0.0.0.0', '::1', '::', 'fe80::1'].map((text) => [text, text] as const),
    [undefined, '', 'localhost', '127.0.0.256', '[::1]', 'fe80::1%eth0', '10.0.0.0/8', '127.0.0.1:80'],
  ],
  prints: [['::1', '::1']],
  suggests: [
    [['127.0.0.1'], 'localhost'],
    [['::1'], '[::1]'],
    [[], 'example.com', 'x[::1]', '[::1]:80'],
  ],
});

promise('networks are addresses with or without a prefix length, or `private`', {
  type: networks,
  reads: [
    [['10.0.0.0/8', 'fd00::/8'], '10.0.0.0/8,fd00::/8', ' 10.0.0.0/8  fd00::/8,'],
    [['203.0.113.7'], '203.0.113.7'],
    [['0.0.0.0/0', '10.0.0.1/32'], '0.0.0.0/0,10.0.0.1/32'],
    [['::/0', '::1/128'], '::/0,::1/128'],
    [privateNetworks, 'private'],
    [[...privateNetworks, '1.2.3.4'], 'private,1.2.3.4'],
    [undefined, '', ',', 'x', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/x'],
    [undefined, 'Private', '10.0.0.0/8,x', 'x,10.0.0.0/8', 'fe80::1%eth0', '/8'],
  ],
  prints: [[['10.0.0.0/8', '::1'], '10.0.0.0/8,::1']],
  suggests: [
    [['private'], 'all', 'ANY', 'true', 'yes', '1', 'on', '*', 'loopback', 'local', 'Private', 'PRIVATE'],
    [['10.0.0.0/8'], '10.0.0.0/33', '10.0.0.0/255.0.0.0', '10.0.0.0/x'],
    [['172.16.0.0/16'], '172.16.0.0/64'],
    [['192.168.10.0/24'], '192.168.10.0/240'],
    [['10.20.0.40/32'], '10.20.0.40/99'],
    [['1.2.3.4,10.0.0.0/8'], '1.2.3.4 10.0.0.0/99'],
    [[], 'loadbalancer', 'fd00::/200', 'nonlocal', 'all of them', '10.0.0.0.0/8'],
  ],
});

test('the first wrong network is named with what is wrong about it', () => {
  const { explain } = networks;
  assert.equal(explain?.('10.0.0.0/8,private,::1'), undefined);
  assert.equal(explain?.('::1,x,y'), '"x" is neither an address nor a network');
  assert.equal(explain?.('10.0.0.0/8/8'), '"10.0.0.0/8/8" is neither an address nor a network');
  assert.match(explain?.('10.0.0.0/33') ?? '', /^"10\.0\.0\.0\/33" has a prefix length .* between 0 and 32$/);
  assert.match(explain?.('fd00::/129') ?? '', /^"fd00::\/129" has a prefix length .* between 0 and 128$/);
});
