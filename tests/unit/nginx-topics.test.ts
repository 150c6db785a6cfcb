// The decisions inside of nginx.conf: pure, so tried without nginx.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import helmet from '@fastify/helmet';
import fc from 'fast-check';
import fastify from 'fastify';
import type plainHelmet from 'helmet';
import { describeRefusal, parseRefusal } from '../../rootfs/usr/local/lib/cluster/nginx/check.ts';
import { hashedNames } from '../../rootfs/usr/local/lib/cluster/nginx/config/hashed-names.ts';
import { helmetOptions, securityHeadersOf } from '../../rootfs/usr/local/lib/cluster/nginx/config/helmet.ts';
import { atLeastPattern, requestTimePattern } from '../../rootfs/usr/local/lib/cluster/nginx/config/number-patterns.ts';
import { burstOf, retryAfterSeconds } from '../../rootfs/usr/local/lib/cluster/nginx/config/rate-limits.ts';
import { inspectStaticFolder } from '../../rootfs/usr/local/lib/cluster/nginx/found-static-folders.ts';
import { findDroppedInheritance } from '../../rootfs/usr/local/lib/cluster/nginx/snippets.ts';
import { compressibleTypes, renderCompressibleTypes } from '../../tools/compressible-types.ts';
import { projectRoot } from '../../tools/paths.ts';

const isHashed = (path: string) => hashedNames.some((pattern) => new RegExp(pattern).test(path));

test('names that bundlers make are kept for ever', () => {
  for (const path of [
    '/main.3f9a0c1d.js', // webpack, Create React App
    '/static/js/787.1c2b3d4e.chunk.js',
    '/index.a1b2c3d4.css', // Parcel
    '/app-0123456789abcdef0123.js.map',
    '/styles-5INURTSO.css', // Angular, esbuild
    '/assets/index-DiwrgT4a.js', // Vite
    '/assets/Inter-Bold-B4nT_x9Z.woff2',
    '/static/assets/vendor-x1_Yz-9A.js',
    '/_next/static/chunks/main-app.js',
    '/_nuxt/entry.js',
    '/_astro/hoisted.js',
    '/_app/immutable/start.js',
  ]) {
    assert.ok(isHashed(path), path);
  }
});

test('names that people make are not', () => {
  for (const path of [
    '/index.html',
    '/app.js',
    '/jquery-3.7.1.min.js',
    '/bootstrap.bundle.min.js',
    '/report-20240131.pdf',
    '/photo_20240131.jpg',
    '/assets/app-template.js',
    '/assets/logo-Homepage.png',
    '/assets/user-settings.js',
    '/feedface.txt',
    '/my-decade.css',
    '/docs/README-FINAL.md',
    '/robots.txt',
    '/v2.1.0/app.js',
    '/3f9a0c1d/app.js',
  ]) {
    assert.ok(!isHashed(path), path);
  }
});

test('slow requests: the expression says the same as the number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_600_000 }), fc.integer({ min: 0, max: 9_999_999 }), (threshold, ms) => {
      const written = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
      assert.equal(
        new RegExp(requestTimePattern(threshold)).test(written),
        ms >= threshold,
        `${written} against ${threshold} ms`,
      );
    }),
    { numRuns: 5000 },
  );
});

test('the list of compressed types is what its script makes of mime-db, within what nginx can hold', () => {
  const load = createRequire(import.meta.url);
  const known = Object.keys(load('mime-db') as object);
  const file = readFileSync(join(projectRoot, 'rootfs/etc/nginx/compressible-types.conf'), 'utf8');
  const [, version = ''] = /mime-db (\S+),/.exec(file) ?? [];
  // Of another version of mime-db, only what the script itself says can be compared.
  if (version === (load('mime-db/package.json') as { version: string }).version) {
    assert.equal(file, renderCompressibleTypes(known, version));
  }
  const types = compressibleTypes(known);
  assert.ok(types.length > 500 && types.length < 1000, String(types.length));
  for (const type of types) assert.match(type, /^[a-z0-9-]+\/[A-Za-z0-9._+-]{1,45}$/);
  for (const type of ['text/html', 'text/event-stream', 'application/octet-stream', 'image/png', 'font/woff2']) {
    assert.ok(!types.includes(type), type);
  }
});

test('numbers from a bound on: the expression says the same as the number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 999_999 }), (min, number) => {
      assert.equal(new RegExp(`^${atLeastPattern(min)}$`).test(String(number)), number >= min, `${number}, ${min}`);
    }),
    { numRuns: 5000 },
  );
});

test('a rate’s burst is two seconds’ worth, at least ten; the wait is until the next one', () => {
  assert.equal(burstOf({ requests: 100, per: 's' }), 200);
  assert.equal(burstOf({ requests: 600, per: 'm' }), 20);
  assert.equal(burstOf({ requests: 1, per: 'm' }), 10);
  assert.equal(retryAfterSeconds({ requests: 100, per: 's' }), 1);
  assert.equal(retryAfterSeconds({ requests: 6, per: 'm' }), 10);
});

test('what nginx says is told with file, line and what stands there', () => {
  const refusal = parseRefusal(
    '2026/11/24 21:00:00 [emerg] 17#17: unknown directive "proxy_passs" in /app/nginx/server.d/a.conf:2\nnginx: configuration file /run/nginx/nginx.conf test failed\n',
  );
  assert.deepEqual(refusal, { what: 'unknown directive "proxy_passs"', file: '/app/nginx/server.d/a.conf', line: 2 });
  assert.equal(
    describeRefusal(refusal, () => '# one\n  proxy_passs http://x;\n'),
    'nginx refuses /app/nginx/server.d/a.conf, line 2: unknown directive "proxy_passs". There stands: proxy_passs http://x;',
  );
  assert.equal(
    describeRefusal(refusal, () => undefined),
    'nginx refuses /app/nginx/server.d/a.conf, line 2: unknown directive "proxy_passs"',
  );
  const elsewhere = parseRefusal('nginx: [emerg] mkdir() "/var/lib/nginx/body" failed (13: Permission denied)\n');
  assert.equal(
    describeRefusal(elsewhere, () => undefined),
    'nginx refuses its configuration: mkdir() "/var/lib/nginx/body" failed (13: Permission denied)',
  );
});

test('a snippet that drops what is inherited is warned of, with its line and what to write', () => {
  assert.deepEqual(
    findDroppedInheritance('a.conf', 'location /a {\n  # add_header is in a comment\n  return 204;\n}'),
    [],
  );
  const [warning = '', ...more] = findDroppedInheritance('a.conf', 'location /a {\n  proxy_set_header X-A a;\n}');
  assert.deepEqual(more, []);
  assert.match(warning, /^a\.conf, line 2: .*proxy_set_header drops .*Write more_set_input_headers/);
});

test('the security headers are those that @fastify/helmet itself sets with the same options', async () => {
  // Which its types do not know of.
  const { contentSecurityPolicy } = helmet as unknown as typeof plainHelmet;
  for (const level of ['safe', 'strict'] as const) {
    const app = fastify();
    await app.register(helmet, helmetOptions(level, contentSecurityPolicy.dangerouslyDisableDefaultSrc) as object);
    app.get('/', async () => 'said');
    const { headers } = await app.inject('/');
    for (const name of ['content-type', 'content-length', 'date', 'connection']) delete headers[name];
    const ours = securityHeadersOf(level).map(([name, value]) => [name.toLowerCase(), value]);
    assert.deepEqual(Object.fromEntries(ours), headers);
  }
  assert.deepEqual(securityHeadersOf('off'), []);
});

test('links that lead out of the static folder are found, others are not', () => {
  const root = mkdtempSync(join(tmpdir(), 'static-'));
  try {
    const folder = join(root, 'public');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(root, 'secret.txt'), '');
    writeFileSync(join(folder, 'file.txt'), '');
    symlinkSync('../file.txt', join(folder, 'deep/inside.txt'));
    symlinkSync('../../secret.txt', join(folder, 'deep/outside.txt'));
    symlinkSync('..', join(folder, 'up'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('../../secret.txt', join(folder, 'node_modules/outside.txt'));
    // Reached by a link itself, as a release is.
    symlinkSync('public', join(root, 'current'));
    const { strayLinks, hasSources } =
      inspectStaticFolder({ url: '/', path: join(root, 'current'), onlyHashed: false, reason: '' }) ?? {};
    assert.deepEqual([...(strayLinks ?? [])].sort(), ['deep/outside.txt', 'up']);
    assert.equal(hasSources, false);
  } finally {
    rmSync(root, { recursive: true });
  }
});
