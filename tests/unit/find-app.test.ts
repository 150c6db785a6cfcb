import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryCandidates, type Folder, findAppIn } from '../../rootfs/usr/local/lib/cluster/app/find.ts';

/** A folder /app with these files. */
function app(files: Record<string, string>): Folder {
  const paths = new Map(Object.entries(files).map(([name, text]) => [`/app/${name}`, text]));
  return {
    isFile: (path) => paths.has(path),
    read: (path) => paths.get(path),
    names: () => [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))],
  };
}
const entryOf = (files: Record<string, string>, appModule?: string) => findAppIn(app(files), appModule).entry;

test('APP_MODULE goes before everything else', () => {
  const files = { 'main.ts': '', 'jobs/start.mjs': '', 'package.json': '{"main":"main.ts"}' };
  assert.equal(entryOf(files, 'jobs/start.mjs'), '/app/jobs/start.mjs');
  assert.equal(entryOf(files, '/app/jobs/start.mjs'), '/app/jobs/start.mjs');
});

test('`main` of package.json goes before the usual names', () => {
  const { entry, reason, passedOver } = findAppIn(
    app({ 'main.ts': '', 'lib/run.js': '', 'package.json': '{"main":"./lib/run.js"}' }),
    undefined,
  );
  assert.equal(entry, '/app/lib/run.js');
  assert.equal(reason, '`main` of package.json');
  assert.deepEqual(passedOver, ['/app/main.ts']);
});

test('a `main` that is not there, as `npm init` writes it, is passed by', () => {
  assert.equal(entryOf({ 'server.js': '', 'package.json': '{"main":"index.js"}' }), '/app/server.js');
});

test('a package.json that is not JSON is left to Node', () => {
  assert.equal(entryOf({ 'server.js': '', 'package.json': '{"main":' }), '/app/server.js');
});

test('the usual names: main before app before server before index, TypeScript before JavaScript', () => {
  const names = ['main.ts', 'main.js', 'app.ts', 'server.mjs', 'index.js'];
  for (const [position, name] of names.entries()) {
    const files = Object.fromEntries(names.slice(position).map((later) => [later, '']));
    assert.equal(entryOf(files), `/app/${name}`);
  }
});

test('what was built goes before its sources', () => {
  assert.equal(entryOf({ 'src/main.ts': '', 'dist/main.js': '' }), '/app/dist/main.js');
  assert.equal(entryOf({ 'src/index.ts': '', 'build/index.js': '' }), '/app/build/index.js');
});

test('every candidate is found where it is alone', () => {
  for (const path of entryCandidates) assert.equal(entryOf({ [path.replace('/app/', '')]: '' }), path);
});

test('an untouched /app runs the welcome page', () => {
  assert.equal(entryOf({ '.welcome': '' }), '/usr/local/share/welcome/main.js');
});

test('an /app without an app says what was looked for', () => {
  const message =
    /no app found in \/app\. Looked for `main` in package\.json, then main, app, server, index in \/app, \/app\/dist/;
  assert.throws(() => entryOf({}), message);
  assert.throws(() => entryOf({ '.welcome': '', 'README.md': '' }), message);
});

test('an APP_MODULE that is missing or outside of /app is named', () => {
  assert.throws(() => entryOf({ 'main.ts': '' }, 'start.ts'), /APP_MODULE=start\.ts: there is no such file in \/app/);
  assert.throws(() => entryOf({ 'main.ts': '' }, '../etc/passwd'), /APP_MODULE=\.\.\/etc\/passwd is outside \/app/);
  assert.throws(() => entryOf({ 'main.ts': '' }, '/application/main.ts'), /is outside \/app/);
});
