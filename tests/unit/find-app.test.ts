import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Folder } from '../../rootfs/usr/local/lib/cluster/app/app-folder.ts';
import { type AppSettings, entryCandidates, findAppIn } from '../../rootfs/usr/local/lib/cluster/app/find.ts';
import { appSettings, appWith } from './support/app-files.ts';

const entryOf = (files: Record<string, string>, appModule?: string) =>
  findAppIn(appWith(files), { ...appSettings, appModule }).entry;

test('APP_MODULE goes before everything else', () => {
  const files = { 'main.ts': '', 'jobs/start.mjs': '', 'package.json': '{"main":"main.ts"}' };
  assert.equal(entryOf(files, 'jobs/start.mjs'), '/app/jobs/start.mjs');
  assert.equal(entryOf(files, '/app/jobs/start.mjs'), '/app/jobs/start.mjs');
});

test('`main` of package.json goes before the usual names', () => {
  const { entry, reason, passedOver } = findAppIn(
    appWith({ 'main.ts': '', 'lib/run.js': '', 'package.json': '{"main":"./lib/run.js"}' }),
    appSettings,
  );
  assert.equal(entry, '/app/lib/run.js');
  assert.equal(reason, '`main` of package.json');
  assert.deepEqual(passedOver, ['/app/main.ts']);
});

test('a `main` that is not there, as `npm init` writes it, is passed by', () => {
  assert.equal(entryOf({ 'server.js': '', 'package.json': '{"main":"index.js"}' }), '/app/server.js');
});

test('`main` may be a folder, or lack its extension, as for Node', () => {
  assert.equal(entryOf({ 'dist/main.js': '', 'package.json': '{"main":"dist/main"}' }), '/app/dist/main.js');
  assert.equal(entryOf({ 'lib/index.js': '', 'package.json': '{"main":"./lib/"}' }), '/app/lib/index.js');
  const nested = { 'api/package.json': '{"main":"./run.mjs"}', 'api/run.mjs': '', 'package.json': '{"main":"api"}' };
  assert.equal(entryOf(nested), '/app/api/run.mjs');
  assert.equal(entryOf({ 'server.js': '', 'package.json': '{"main":"."}' }), '/app/server.js');
});

interface Project {
  packageJson: object;
  files: string[];
  entry: string;
  reason?: string;
  passedOver?: string[];
  notes?: RegExp;
}

/** By what the authors of such projects mean. */
const projects: Record<string, Project> = {
  'of express-generator: a start script, no `main`': {
    packageJson: { scripts: { start: 'node ./bin/www' } },
    files: ['app.js', 'bin/www'],
    entry: 'bin/www',
    reason: '`scripts.start` of package.json',
    passedOver: ['app.js'],
  },
  'of `npm init`: a `main` that is not there': {
    packageJson: { main: 'index.js', scripts: { start: 'node server.js' } },
    files: ['server.js', 'main.js'],
    entry: 'server.js',
    passedOver: ['main.js'],
  },
  'with a library as `main` that is started by another file': {
    packageJson: { main: 'lib/index.js', scripts: { start: 'node bin/www' } },
    files: ['lib/index.js', 'bin/www'],
    entry: 'bin/www',
    passedOver: ['lib/index.js'],
  },
  'where `main` and the start script agree': {
    packageJson: { main: './dist/main.js', scripts: { start: 'node dist/main' } },
    files: ['dist/main.js', 'src/main.ts'],
    entry: 'dist/main.js',
    reason: '`scripts.start` of package.json',
    passedOver: ['src/main.ts'],
  },
  'of Nest: a start script for production of its own': {
    packageJson: { scripts: { start: 'nest start', 'start:prod': 'node dist/src/main' } },
    files: ['dist/src/main.js', 'src/main.ts'],
    entry: 'dist/src/main.js',
    reason: '`scripts.start:prod` of package.json',
  },
  'of Nest before its build': {
    packageJson: { scripts: { start: 'nest start', 'start:prod': 'node dist/main' } },
    files: ['src/main.ts', 'nest-cli.json'],
    entry: 'src/main.ts',
    notes:
      /`scripts\.start` of package\.json \(`nest start`\) is not run: `nest build` writes dist\/main\.js, which is found$/,
  },
  'that is built, and starts its sources for developers': {
    packageJson: { main: 'dist/index.js', scripts: { start: 'tsx watch src/index.ts' } },
    files: ['dist/index.js', 'src/index.ts'],
    entry: 'dist/index.js',
    reason: '`main` of package.json',
    passedOver: ['src/index.ts'],
  },
  'in TypeScript that has no build': {
    packageJson: { main: 'dist/index.js', scripts: { start: 'ts-node src/start.ts' } },
    files: ['src/start.ts', 'src/index.ts'],
    entry: 'src/start.ts',
    passedOver: ['src/index.ts'],
  },
  'whose build is missing': {
    packageJson: { scripts: { start: 'node dist/index.js' } },
    files: ['src/index.ts'],
    entry: 'src/index.ts',
    notes:
      /\(`node dist\/index\.js`\) needs dist\/index\.js, which is not there\. If it is built, build it in the Dockerfile/,
  },
  'with a script before the start': {
    packageJson: { scripts: { prestart: 'node migrate.js', start: 'node server.js' } },
    files: ['server.js', 'migrate.js'],
    entry: 'server.js',
    notes:
      /^`scripts\.prestart` of package\.json \(`node migrate\.js`\) is not run: run it in the Dockerfile, or in prestart\.sh$/,
  },
  'with flags that are not for workers': {
    packageJson: { scripts: { start: 'node --watch -r ts-node/register server.js' } },
    files: ['server.js'],
    entry: 'server.js',
    notes: /^`scripts\.start`: not used: --watch \(.*\), -r ts-node\/register \(.*\)$/,
  },
  'that is started outside of /app': {
    packageJson: { scripts: { start: 'node ../server.js' } },
    files: ['main.js'],
    entry: 'main.js',
    notes: /needs \.\.\/server\.js/,
  },
  'with a serve command that is not installed': {
    packageJson: { scripts: { start: 'react-router-serve ./build/server/index.js' } },
    files: ['build/server/index.js', 'build/client/a.js', 'server.js'],
    entry: 'server.js',
    notes: /needs @react-router\/serve, which is not there/,
  },
};
for (const [name, { packageJson, files, entry, reason, passedOver, notes }] of Object.entries(projects)) {
  test(`a project ${name}`, () => {
    const texts = Object.fromEntries(files.map((file) => [file, '']));
    const app = findAppIn(appWith({ ...texts, 'package.json': JSON.stringify(packageJson) }), appSettings);
    assert.equal(app.entry, `/app/${entry}`);
    if (reason !== undefined) assert.equal(app.reason, reason);
    if (passedOver !== undefined)
      assert.deepEqual(
        app.passedOver,
        passedOver.map((path) => `/app/${path}`),
      );
    if (notes === undefined) assert.deepEqual(app.notes, []);
    else assert.match(app.notes.join('\n'), notes);
  });
}

test('a start script brings its flags, variables and arguments; APP_MODULE names a file alone', () => {
  const files = {
    'server.js': '',
    'package.json': '{"scripts":{"start":"A=1 node --env-file=.env . --port $PORT"},"main":"server.js"}',
  };
  const { entry, nodeFlags, environment, args } = findAppIn(appWith(files), appSettings, { PORT: '80' });
  assert.deepEqual(
    [entry, nodeFlags, environment, args],
    ['/app/server.js', ['--env-file=.env'], { A: '1' }, ['--port', '80']],
  );
  const named = findAppIn(appWith(files), { ...appSettings, appModule: 'server.js' });
  assert.deepEqual([named.nodeFlags, named.environment, named.args, named.notes], [[], {}, [], []]);
});

test('a serve command runs as the package’s own file, with its arguments', () => {
  const { entry, args, environment } = findAppIn(
    appWith({
      'package.json': '{"scripts":{"start":"NODE_ENV=production remix-serve build/index.js"}}',
      'node_modules/@remix-run/serve/package.json': '{"bin":{"remix-serve":"dist/cli.js"}}',
      'node_modules/@remix-run/serve/dist/cli.js': '',
    }),
    appSettings,
  );
  assert.equal(entry, '/app/node_modules/@remix-run/serve/dist/cli.js');
  assert.deepEqual([args, environment], [['build/index.js'], { NODE_ENV: 'production' }]);
});

const listening = "require('node:http').createServer().listen(3000)";
const hints: [what: string, files: Record<string, string>, hint: RegExp][] = [
  [
    'a server in a sub-folder',
    { 'server/run.js': listening },
    /\. server\/run\.js calls listen\(\): set APP_MODULE=server\/run\.js\.$/,
  ],
  ['a server of an unusual name', { 'start.mjs': listening, 'db.mjs': '' }, /\. start\.mjs calls listen/],
  ['a server without extension', { 'bin/www': listening }, /set APP_MODULE=bin\/www\./],
  [
    'several servers',
    {
      'b/index.js': listening,
      'a/src/index.ts': listening,
      'node_modules/x/index.js': listening,
      'test/a.js': listening,
    },
    /\. b\/index\.js, a\/src\/index\.ts call listen\(\): set APP_MODULE=b\/index\.js or APP_MODULE=a\/src\/index\.ts\./,
  ],
  [
    'a project a folder too deep',
    { 'my-app/main.ts': "import { serve } from '@hono/node-server'" },
    /APP_MODULE=my-app\/main\.ts/,
  ],
  [
    'a start script that is no text',
    { 'package.json': '{"scripts":{"start":["node","run.js"]}}' },
    /`scripts\.start` of package\.json is not run: it is not a text\. Write `"start": "node FILE"`\.$/,
  ],
  ['a comment that speaks of a server', { 'lib/a.js': '// app.listen(3000)' }, /\.cjs\. Copy the app in/],
];
for (const [what, files, hint] of hints) {
  test(`where no app is found, the error names what is there: ${what}`, () =>
    assert.throws(() => entryOf(files), hint));
}

test('a start script that is no text is named where another file is run', () => {
  const packageJson = '{"scripts":{"start":true}}';
  const { entry, notes } = findAppIn(appWith({ 'main.js': '', 'package.json': packageJson }), appSettings);
  assert.equal(entry, '/app/main.js');
  assert.match(notes.join(), /`scripts\.start` of package\.json is not run: it is not a text/);
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
    /no app found in \/app\. Looked for scripts\.start and `main` of package\.json, then the builds of frameworks, then main, app, server, index in \/app, \/app\/dist/;
  assert.throws(() => entryOf({}), message);
  assert.throws(() => entryOf({ '.welcome': '', 'README.md': '' }), message);
});

test('an APP_MODULE that is missing or outside of /app is named', () => {
  assert.throws(() => entryOf({ 'main.ts': '' }, 'start.ts'), /APP_MODULE=start\.ts: there is no such file in \/app/);
  assert.throws(() => entryOf({ 'main.ts': '' }, 'start.ts'), /relative to \/app, such as APP_MODULE=main\.ts\.$/);
  assert.throws(() => entryOf({ 'lib.txt': '' }, 'start.ts'), /Give a path relative to \/app\.$/);
  assert.throws(() => entryOf({ 'main.ts': '' }, '../etc/passwd'), /APP_MODULE=\.\.\/etc\/passwd is outside \/app/);
  assert.throws(() => entryOf({ 'main.ts': '' }, '/application/main.ts'), /is outside \/app/);
});

const misplaced = (folder: string, files: string[]) => ({ misplaced: () => ({ folder, files }) });
const find = (folder: Folder, settings: Partial<AppSettings> = {}) =>
  findAppIn(folder, { ...appSettings, ...settings });

test('an empty /app into which something was copied is no bare image', () => {
  const folder = { ...appWith({ '.welcome': '' }), isUntouched: () => false };
  assert.throws(() => find(folder), /no app found in \/app\./);
});

test('an app in another folder is named, in an image whose /app is untouched and in any other', () => {
  const elsewhere = misplaced('/usr/src/app', ['package.json', 'server.js']);
  const message = /no app found in \/app, but \/usr\/src\/app has package\.json, server\.js\. .*`WORKDIR \/app`/;
  for (const files of [{ '.welcome': '' }, { '.welcome': '', 'notes.txt': '' }]) {
    assert.throws(() => find({ ...appWith(files), ...elsewhere }), message);
  }
  assert.throws(
    () => find({ ...appWith({ '.welcome': '' }), ...misplaced('/srv/app', []) }),
    /no app found in \/app, and the working folder is \/srv\/app\./,
  );
});

test('so it is for an APP_MODULE, where there is nothing in /app', () => {
  const elsewhere = misplaced('/usr/src/app', ['package.json']);
  const settings = { appModule: 'dist/main.js' };
  const message = /\/usr\/src\/app has package\.json/;
  assert.throws(() => find({ ...appWith({ '.welcome': '' }), ...elsewhere }, settings), message);
  assert.throws(
    () => find({ ...appWith({ 'main.ts': '' }), ...elsewhere }, settings),
    /APP_MODULE=dist\/main\.js: there is no/,
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
  assert.equal(find(appWith(site)).entry, '/usr/local/share/static-site/main.js');
  const built = { '.welcome': '', 'web/dist/index.html': '' };
  assert.equal(
    find(appWith(built), { staticPaths: [{ url: undefined, path: '/app/web/dist' }] }).entry,
    '/usr/local/share/static-site/main.js',
  );
  assert.throws(() => find(appWith(site), { nginx: false }), /no app found/);
});

test('anything that may belong to an app is no static site', () => {
  for (const name of ['package.json', 'start.ts', 'server/start.ts', 'lib/x.sql']) {
    assert.throws(() => entryOf({ 'public/index.html': '', [name]: '' }), /no app found/, name);
  }
  assert.throws(() => entryOf({ 'web/dist/index.html': '' }), /no app found/);
});
