// Which builds of frameworks are known by their marks, and what of them nginx sends.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findFrameworkAssets } from '../../rootfs/usr/local/lib/cluster/nginx/framework-assets.ts';

const builds: [framework: string, files: string[], assets: Record<string, string>][] = [
  ['Next', ['.next/BUILD_ID', '.next/static/chunks/main.js', 'server.js'], { '/_next/static': '.next/static' }],
  ['Nuxt', ['.output/server/index.mjs', '.output/public/_nuxt/entry.js'], { '/_nuxt': '.output/public/_nuxt' }],
  [
    'SvelteKit',
    ['build/handler.js', 'build/client/_app/immutable/entry/start.js', 'build/server/index.js'],
    { '/_app/immutable': 'build/client/_app/immutable' },
  ],
  [
    'SvelteKit',
    ['build/handler.js', 'build/client/shop/_app/immutable/entry/start.js'],
    { '/shop/_app/immutable': 'build/client/shop/_app/immutable' },
  ],
  ['Astro', ['dist/server/entry.mjs', 'dist/client/_astro/page.css'], { '/_astro': 'dist/client/_astro' }],
  ['React Router', ['build/server/index.js', 'build/client/assets/root.js'], { '/assets': 'build/client/assets' }],
  ['Angular', ['dist/shop/server/server.mjs', 'dist/shop/browser/main.js'], { '/': 'dist/shop/browser' }],
  ['Angular', ['dist/server/server.mjs', 'dist/browser/main.js'], { '/': 'dist/browser' }],
];
for (const [framework, files, assets] of builds) {
  test(`${framework}: ${Object.values(assets)}`, (t) => {
    const root = folderWith(t, files);
    const found = findFrameworkAssets(root);
    assert.deepEqual(
      Object.fromEntries(found.map(({ url, path }) => [url, path])),
      Object.fromEntries(Object.entries(assets).map(([url, folder]) => [url, join(root, folder)])),
    );
    for (const each of found) {
      assert.equal(each.framework, framework);
      assert.equal(each.onlyHashed, framework === 'Angular');
    }
  });
}

test('Next below its basePath', (t) => {
  const root = folderWith(t, ['.next/BUILD_ID', '.next/static/main.js']);
  for (const [manifest, url] of [
    ['{"basePath":"/shop"}', '/shop/_next/static'],
    ['{"basePath":"/a; return 200"}', '/_next/static'],
    ['{"basePath":7}', '/_next/static'],
    ['no JSON', '/_next/static'],
  ] as const) {
    writeFileSync(join(root, '.next/routes-manifest.json'), manifest);
    assert.equal(findFrameworkAssets(root)[0]?.url, url);
  }
});

test('a half of a layout, two apps of a kind, and sources are not recognised', (t) => {
  for (const files of [
    [],
    ['.next/static/main.js'],
    ['build/client/assets/root.js'],
    ['build/index.js', 'build/static/main.js'],
    ['dist/server/entry.mjs', 'dist/client/index.html'],
    ['.output/server/index.mjs', '.output/public/index.html'],
    ['dist/a/server/server.mjs', 'dist/a/browser/main.js', 'dist/b/browser/main.js'],
    ['dist/a/server/server.mjs', 'dist/a/browser/main.js', 'dist/a/browser/package.json'],
    ['src/routes/+page.svelte', 'static/robots.txt'],
  ]) {
    assert.deepEqual(findFrameworkAssets(folderWith(t, files)), [], files.join());
  }
});

/** @returns a folder with these files */
function folderWith(t: TestContext, files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'built-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  return root;
}
