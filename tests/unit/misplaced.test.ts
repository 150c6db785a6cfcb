// An app that was copied to another folder than /app is found there.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findMisplacedApp, type MisplacedApp } from '../../rootfs/usr/local/lib/cluster/app/misplaced.ts';

/** @returns what is found in a root with these files, its folder relative to the root */
function find(t: TestContext, paths: readonly string[], workingFolder = '/app'): MisplacedApp | undefined {
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const path of ['/app/.welcome', ...paths]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  mkdirSync(join(root, workingFolder), { recursive: true });
  const found = findMisplacedApp(join(root, workingFolder).replace(/\/$/, ''), root);
  return found && { ...found, folder: found.folder.slice(root.length) || '/' };
}

const usual = ['/usr/src/app', '/srv', '/srv/site/server', '/home/node/app', '/opt/shop', '/code', '/var/www/html'];
for (const folder of usual) {
  test(`in ${folder}`, (t) => {
    assert.deepEqual(find(t, [`${folder}/package.json`, `${folder}/dist/main.js`]), {
      folder,
      files: ['package.json'],
    });
    assert.deepEqual(find(t, [`${folder}/server.mjs`]), { folder, files: ['server.mjs'] });
  });
}

test('in the root itself', (t) => {
  assert.deepEqual(find(t, ['/package.json', '/index.js']), { folder: '/', files: ['package.json', 'index.js'] });
});

test('the working folder goes first, whatever its depth and its content', (t) => {
  const files = ['/code/server.js', '/srv/a/b/c/d/start.rb'];
  assert.deepEqual(find(t, files, '/srv/a/b/c/d'), { folder: '/srv/a/b/c/d', files: [] });
  assert.deepEqual(find(t, files, '/app/shop'), { folder: '/code', files: ['server.js'] });
});

test('folders of the image, of packages, of data and of services are not an app’s', (t) => {
  const files = ['/usr/local/share/welcome/main.js', '/node_modules/x/index.js', '/code/node_modules/x/index.js'];
  const others = ['/data/package.json', '/tmp/x/package.json', '/home/node/.npm/index.js', '/etc/app/index.js'];
  assert.equal(find(t, [...files, ...others, '/app/main.js']), undefined);
  assert.equal(find(t, [], '/run/service/app'), undefined);
  assert.equal(find(t, [], '/'), undefined);
});
