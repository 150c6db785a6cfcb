import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AppSettings,
  entryCandidates,
  type Folder,
  findAppIn,
} from '../../rootfs/usr/local/lib/cluster/app/find.ts';

/** A folder /app with these files. */
function app(files: Record<string, string>, more: Partial<Folder> = {}): Folder {
  const paths = new Map(Object.entries(files).map(([name, text]) => [`/app/${name}`, text]));
  const namesIn = (folder: string) =>
    [...paths.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  return {
    isFile: (path) => paths.has(path),
    read: (path) => paths.get(path),
    names: (folder) => [...new Set(namesIn(folder).map((name) => name.split('/')[0] ?? ''))],
    isUntouched: () => Object.keys(files).join() === '.welcome',
    misplaced: () => [],
    ...more,
  };
}
const defaults: AppSettings = { appModule: undefined, staticPath: '/app/public', nginx: true };
const find = (folder: Folder, settings: Partial<AppSettings> = {}) => findAppIn(folder, { ...defaults, ...settings });
const entryOf = (files: Record<string, string>, appModule?: string) => find(app(files), { appModule }).entry;

test('APP_MODULE goes before everything else', () => {
  const files = { 'main.ts': '', 'jobs/start.mjs': '', 'package.json': '{"main":"main.ts"}' };
  assert.equal(entryOf(files, 'jobs/start.mjs'), '/app/jobs/start.mjs');
  assert.equal(entryOf(files, '/app/jobs/start.mjs'), '/app/jobs/start.mjs');
});

test('`main` of package.json goes before the usual names', () => {
  const { entry, reason, passedOver } = find(
    app({ 'main.ts': '', 'lib/run.js': '', 'package.json': '{"main":"./lib/run.js"}' }),
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

test('an empty /app into which something was copied is no bare image', () => {
  assert.throws(() => find(app({ '.welcome': '' }, { isUntouched: () => false })), /no app found in \/app\./);
});

test('an app in another folder is named, in an image whose /app is untouched and in any other', () => {
  const misplaced = () => [{ folder: '/usr/src/app', files: ['package.json', 'server.js'] }];
  const message = /no app found in \/app, but \/usr\/src\/app has package\.json, server\.js\. .*`WORKDIR \/app`/;
  assert.throws(() => find(app({ '.welcome': '' }, { misplaced })), message);
  assert.throws(() => find(app({ '.welcome': '', 'notes.txt': '' }, { misplaced })), message);
  assert.throws(
    () => find(app({ '.welcome': '' }, { misplaced: () => [{ folder: '/srv/app', files: [] }] })),
    /no app found in \/app, and the working folder is \/srv\/app\./,
  );
});

test('an APP_MODULE for an /app in which there is nothing names the other folder, too', () => {
  const misplaced = () => [{ folder: '/usr/src/app', files: ['package.json'] }];
  const settings = { appModule: 'dist/main.js' };
  assert.throws(() => find(app({ '.welcome': '' }, { misplaced }), settings), /\/usr\/src\/app has package\.json/);
  assert.throws(() => find(app({ 'main.ts': '' }, { misplaced }), settings), /APP_MODULE=dist\/main\.js: there is no/);
});

test('an app in a folder of /app is suggested', () => {
  const misplaced = () => [{ folder: '/app/server', files: ['package.json', 'main.ts'] }];
  assert.throws(
    () => find(app({ 'server/main.ts': '' }, { misplaced })),
    /or name its file: APP_MODULE=server\/main\.ts\.$/,
  );
});

test('files for nginx alone are a static site', () => {
  const site = {
    '.welcome': '',
    'public/index.html': '',
    'nginx/server.d/cache.conf': '',
    'README.md': '',
    Dockerfile: '',
  };
  assert.equal(find(app(site)).entry, '/usr/local/share/static-site/main.js');
  const built = { '.welcome': '', 'web/dist/index.html': '' };
  assert.equal(find(app(built), { staticPath: '/app/web/dist' }).entry, '/usr/local/share/static-site/main.js');
  assert.throws(() => find(app(site), { nginx: false }), /no app found/);
});

test('anything that may belong to an app is no static site', () => {
  for (const name of ['package.json', 'start.ts', 'server/start.ts', 'lib/x.sql']) {
    assert.throws(() => entryOf({ 'public/index.html': '', [name]: '' }), /no app found/, name);
  }
  assert.throws(() => entryOf({ 'web/dist/index.html': '' }), /no app found/);
});

test('an APP_MODULE that is missing or outside of /app is named', () => {
  assert.throws(() => entryOf({ 'main.ts': '' }, 'start.ts'), /APP_MODULE=start\.ts: there is no such file in \/app/);
  assert.throws(() => entryOf({ 'main.ts': '' }, '../etc/passwd'), /APP_MODULE=\.\.\/etc\/passwd is outside \/app/);
  assert.throws(() => entryOf({ 'main.ts': '' }, '/application/main.ts'), /is outside \/app/);
});
