// A folder of the app may hold anything: a database's files, links in circles, a folder that is removed right now. What walks
// it skips what it cannot read, and finds the rest.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { statOf, walkFolders } from '../../rootfs/usr/local/lib/cluster/file-tree.ts';
import { inspectStaticFolder } from '../../rootfs/usr/local/lib/cluster/nginx/found-static-folders.ts';
import { takeSnapshot } from '../../rootfs/usr/local/lib/cluster/primary/dev/file-watcher.ts';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';

const isRoot = process.geteuid?.() === 0;
const another = 65534;
/** Of a folder that asAnotherUser() may not read: without root there is no other user, and the owner has no rights. */
const closed = isRoot ? 0o700 : 0o000;
/** Of one whose names it may read, and nothing of the files. */
const namesOnly = isRoot ? 0o744 : 0o400;

/** What `look` returns where this user is not the owner of what the test has made. */
function asAnotherUser<T>(look: () => T): T {
  if (!isRoot) return look();
  process.seteuid?.(another);
  try {
    return look();
  } finally {
    process.seteuid?.(0);
  }
}

/** A folder that everybody may read, with files in it by their paths. */
function makeTree(t: TestContext, ...files: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'tree-'));
  chmodSync(root, 0o755);
  t.after(() => {
    execFileSync('chmod', ['-R', 'u+rwX', root]); // only root can remove what is closed
    rmSync(root, { recursive: true });
  });
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

const enterAll = () => false;

/** Everything that is found, relative to the root. */
function walk(root: string, isSkipped: (path: string, name: string) => boolean = enterAll): string[] {
  return [...walkFolders(root, isSkipped)]
    .flatMap(({ path, entries }) => entries.map(({ name }) => relative(root, join(path, name))))
    .sort();
}

test("another user's folder is listed, but not what is in it", (t) => {
  const root = makeTree(t, 'database/table', 'src/main.ts', 'z');
  chmodSync(join(root, 'database'), closed);
  assert.deepEqual(
    asAnotherUser(() => walk(root)),
    ['database', 'src', 'src/main.ts', 'z'],
  );
});

test('a file that may be listed and not looked at has no status', (t) => {
  const root = makeTree(t, 'names/a.ts');
  chmodSync(join(root, 'names'), namesOnly);
  const found = asAnotherUser(() => [walk(root), statOf(join(root, 'names/a.ts'))]);
  assert.deepEqual(found, [['names', 'names/a.ts'], undefined]);
});

test('a root that cannot be read, or is not there, is for the caller', (t) => {
  const root = makeTree(t);
  assert.throws(() => walk(join(root, 'none')), { code: 'ENOENT' });
  chmodSync(root, closed);
  assert.throws(() => asAnotherUser(() => walk(root)), { code: 'EACCES' });
});

test('a folder that is removed during the walk, or becomes a file, is passed over', (t) => {
  const root = makeTree(t, 'a/file', 'b/deep/file', 'c/file', 'd/file');
  const found: string[] = [];
  for (const { path } of walkFolders(root, enterAll)) {
    found.push(relative(root, path));
    if (path === join(root, 'a')) {
      rmSync(join(root, 'b'), { recursive: true });
      rmSync(join(root, 'c'), { recursive: true });
      writeFileSync(join(root, 'c'), '');
    }
  }
  assert.deepEqual(found, ['', 'a', 'd']);
});

test('links are listed and not followed: one that leads nowhere, to itself, upwards', (t) => {
  const root = makeTree(t, 'folder/file');
  symlinkSync('none', join(root, 'dangling'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('..', join(root, 'folder/up'));
  assert.deepEqual(walk(root), ['dangling', 'folder', 'folder/file', 'folder/up', 'loop']);
  assert.deepEqual([statOf(join(root, 'dangling')), statOf(join(root, 'loop'))], [undefined, undefined]);
  assert.ok(statOf(join(root, 'folder/up'))?.isDirectory());
});

test('names with line ends are found, and names that are not UTF-8 do no harm', (t) => {
  const root = makeTree(t, 'a\nb/c\nd.ts', 'z/file');
  const notUtf8 = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]);
  mkdirSync(notUtf8);
  writeFileSync(Buffer.concat([notUtf8, Buffer.from('/inside')]), '');
  assert.deepEqual(walk(root), ['a\nb', 'a\nb/c\nd.ts', 'z', 'z/file', '\ufffd']);
});

test('a folder that is to be skipped is not read', (t) => {
  const root = makeTree(t, 'a/node_modules/b', 'a/c', 'd/e');
  const isSkipped = (path: string, name: string) => name === 'node_modules' || path === join(root, 'd');
  assert.deepEqual(walk(root, isSkipped), ['a', 'a/c', 'a/node_modules', 'd']);
});

test('dev mode, the compiler and the look at STATIC_PATH survive all of it', (t) => {
  const root = makeTree(t, 'main.ts', 'database/table.ts', 'names/a.ts');
  const cacheFolder = join(root, '.cache');
  buildTypeScript({ root, cacheFolder }); // loads the compiler, which the other user may not be able to read
  chmodSync(cacheFolder, 0o777);
  rmSync(join(cacheFolder, 'manifest.json'));
  chmodSync(join(root, 'database'), closed);
  chmodSync(join(root, 'names'), namesOnly);
  symlinkSync('/', join(root, 'outside'));
  for (const name of ['loop.ts', 'loop']) symlinkSync(name, join(root, name));
  symlinkSync('none.ts', join(root, 'dangling.ts'));

  asAnotherUser(() => {
    assert.deepEqual([...takeSnapshot(root, []).keys()], [join(root, 'main.ts')]);
    assert.deepEqual(inspectStaticFolder({ url: '/', path: root, onlyHashed: false, reason: '' })?.strayLinks, [
      'outside',
    ]);
    const { files, errors } = buildTypeScript({ root, cacheFolder });
    assert.deepEqual([files, errors], [1, []]);
  });
});
