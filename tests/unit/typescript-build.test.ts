// A folder is compiled once; what runs after only reads the result.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';
import {
  createApp,
  module,
  printValue,
  run,
  tsconfig,
  typescriptRoom,
  valueFile,
  write,
} from './support/typescript-app.ts';

test('what did not change is not compiled again', () => {
  const { root, cache } = createApp({ 'main.ts': printValue('./value'), 'value.ts': valueFile });
  const build = () => buildTypeScript({ root, cacheFolder: cache });
  assert.deepEqual(build(), { files: 2, compiled: 2, errors: [], warnings: [] });
  assert.equal(build().compiled, 0);
  write(root, { 'value.ts': 'export enum E { A = "changed" } export const value = E.A;' });
  assert.equal(build().compiled, 1);
  assert.equal(run(join(root, 'main.ts'), cache), 'changed');
  write(root, { 'tsconfig.json': tsconfig({ target: 'es2020' }) });
  assert.equal(build().compiled, 2);
});

test('declarations, dot folders and node_modules are passed by', () => {
  const files = ['main.ts', 'a.d.ts', 'b.d.mts', '.hidden/c.ts', 'node_modules/d/e.ts', 'deep/node_modules/f.ts'];
  const { root, cache } = createApp(Object.fromEntries(files.map((name) => [name, ''])));
  assert.equal(buildTypeScript({ root, cacheFolder: cache }).files, 1);
});

test('workers keep to what was built, also when the source changes under them', () => {
  const { root, cache } = createApp({ 'main.ts': 'console.log("built");' });
  buildTypeScript({ root, cacheFolder: cache });
  write(root, { 'main.ts': 'console.log("changed");' });
  assert.equal(run(join(root, 'main.ts'), cache), 'built');
});

test('a prebuilt folder is used where it is; it and the app are not written', () => {
  const { root, cache: prebuilt } = createApp({ 'main.ts': printValue('./value'), 'value.ts': valueFile });
  buildTypeScript({ root, cacheFolder: prebuilt });
  const stamps = () =>
    [root, prebuilt].flatMap((folder) =>
      [folder, ...readdirSync(folder).map((name) => join(folder, name))].map(
        (path) => `${path} ${statSync(path).mtimeMs}`,
      ),
    );
  const before = stamps();
  const cache = `${prebuilt}-of-the-container`;
  assert.equal(buildTypeScript({ root, cacheFolder: cache, prebuiltFolder: prebuilt }).compiled, 0);
  assert.equal(run(join(root, 'main.ts'), cache), 'found');
  assert.deepEqual(readdirSync(cache), ['manifest.json']);
  assert.deepEqual(stamps(), before);
});

test('the command says in one line what it did, and nothing where there is nothing to do', () => {
  const command = (root: string, cache: string) => {
    const { status, stderr } = spawnSync(process.execPath, [join(typescriptRoom, 'compiler.ts'), root, cache], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stderr;
  };
  const typescript = createApp({ 'compiler.ts': '', 'broken.ts': 'foo(;' });
  const output = command(typescript.root, typescript.cache);
  assert.match(output, /broken\.ts:1:5: Expression expected/);
  assert.match(output, /\n\[cluster\] 2 TypeScript files, 1 compiled, 1 with errors, in \d+ ms\n$/);
  const javascript = createApp({ 'main.js': '' });
  assert.equal(command(javascript.root, javascript.cache), '');
  assert.deepEqual(JSON.parse(readFileSync(join(javascript.cache, 'manifest.json'), 'utf8')).files, {});
});

test('a one-off command needs no build', () => {
  const { root } = createApp({
    'package.json': module,
    'tsconfig.json': tsconfig({ paths: { 'lib/*': ['./src/*'] } }),
    'src/value.ts': `${valueFile} export enum E { A }`,
    'migrate.ts': printValue('lib/value'),
    'broken.ts': 'foo(;',
  });
  assert.equal(run(join(root, 'migrate.ts'), undefined), 'found');
  assert.match(
    run(join(root, 'broken.ts'), undefined),
    /SyntaxError: .*broken\.ts:1:5: Expression expected\n\n {4}foo\(;/,
  );
});
