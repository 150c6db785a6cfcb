// An app that was copied to another folder than /app is found there.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findMisplacedApps } from '../../rootfs/usr/local/lib/cluster/app/misplaced.ts';

/** @returns the folders found in a root with these files, relative to it, and their files */
function foldersOf(
  t: TestContext,
  paths: readonly string[],
  workingFolder = '/app',
): Record<string, readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const path of ['/app/.welcome', ...paths]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  mkdirSync(join(root, workingFolder), { recursive: true });
  const found = findMisplacedApps(join(root, workingFolder).replace(/\/$/, ''), root);
  return Object.fromEntries(found.map(({ folder, files }) => [folder.slice(root.length) || '/', files]));
}

const usual = [
  '/usr/src/app',
  '/srv',
  '/srv/site/server',
  '/home/node/app',
  '/opt/shop',
  '/code',
  '/var/www/html',
  '/app/api',
];
for (const folder of usual) {
  test(`in ${folder}`, (t) => {
    assert.deepEqual(foldersOf(t, [`${folder}/package.json`, `${folder}/dist/main.js`]), {
      [folder]: ['package.json'],
    });
    assert.deepEqual(foldersOf(t, [`${folder}/server.mjs`]), { [folder]: ['server.mjs'] });
  });
}

test('in the root itself', (t) => {
  assert.deepEqual(foldersOf(t, ['/package.json', '/index.js']), { '/': ['package.json', 'index.js'] });
});

test('the working folder goes first, whatever its depth and its content', (t) => {
  const files = ['/code/server.js', '/srv/a/b/c/d/start.rb'];
  assert.deepEqual(Object.entries(foldersOf(t, files, '/srv/a/b/c/d')), [
    ['/srv/a/b/c/d', []],
    ['/code', ['server.js']],
  ]);
});

test('folders of the image, of packages, of data and of services are not an app’s', (t) => {
  const files = ['/usr/local/share/welcome/main.js', '/node_modules/x/index.js', '/code/node_modules/x/index.js'];
  const others = ['/data/package.json', '/tmp/x/package.json', '/home/node/.npm/index.js', '/etc/app/index.js'];
  assert.deepEqual(foldersOf(t, [...files, ...others]), {});
  assert.deepEqual(foldersOf(t, [], '/run/service/app'), {});
  assert.deepEqual(foldersOf(t, [], '/'), {});
});
