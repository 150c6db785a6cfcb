// tsconfig.json and what it extends are followed as tsc follows them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';
import { readTsconfig } from '../../rootfs/usr/local/lib/cluster/typescript/tsconfig.ts';
import {
  commonjs,
  createApp,
  type Files,
  module,
  outputOf,
  printValue,
  run,
  tsconfig,
  valueFile,
} from './support/typescript-app.ts';

for (const [packageJson, kind] of [
  [module, 'an ES module'],
  [commonjs, 'a CommonJS module'],
] as const) {
  test(`tsconfig paths and baseUrl, with extends, in ${kind}`, () => {
    const files = {
      'package.json': packageJson,
      'config/base.json': tsconfig({ paths: { '#lib/*': ['../lib/*'], exact: ['../lib/value.ts'] } }),
      'tsconfig.json': '{ /* a comment, */ "extends": "./config/base.json", }',
      'lib/value.ts': valueFile,
      'based/tsconfig.json': tsconfig({ baseUrl: './src' }),
      'based/src/some/value.ts': valueFile,
    };
    for (const from of ['#lib/value', '#lib/value.js', 'exact']) {
      assert.equal(outputOf({ ...files, 'main.ts': printValue(from) }), 'found', from);
    }
    assert.equal(outputOf({ ...files, 'based/main.ts': printValue('some/value') }, 'based/main.ts'), 'found');
  });
}

test('`extends` of a package that is not installed loses only that', () => {
  const { root, cache } = createApp({
    'tsconfig.json': '{ "extends": ["@tsconfig/none/tsconfig.json", "./base"], // not here\n "compilerOptions": {} }',
    'base.json': tsconfig({ paths: { 'lib/*': ['./src/*'] } }),
    'src/value.ts': valueFile,
    'main.ts': printValue('lib/value'),
  });
  const { warnings } = buildTypeScript({ root, cacheFolder: cache });
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /tsconfig\.json: "extends" names @tsconfig\/none\/tsconfig\.json, which is not installed/,
  );
  assert.equal(run(join(root, 'main.ts'), cache), 'found');
});

test('`extends` of packages in a one-off command: one is installed, one is not', () => {
  const { root } = createApp({
    'tsconfig.json': tsconfig({ paths: { 'lib/*': ['./src/*'] } }, { extends: './shared/base.json' }),
    'shared/base.json': tsconfig({}, { extends: ['@tsconfig/none', 'base'] }),
    'node_modules/base/tsconfig.json': tsconfig({ jsx: 'react' }),
    'src/value.ts': valueFile,
    'main.ts': printValue('lib/value'),
  });
  assert.equal(run(join(root, 'main.ts'), undefined), 'found');
});

test('`configDir` is the folder of the tsconfig.json that is compiled with, not of the one that says it', () => {
  const files = {
    'tsconfig.json': tsconfig({}, { extends: './shared/base.json' }),
    'shared/base.json': tsconfig({ paths: { 'lib/*': [`\${configDir}/src/*`], 'shared/*': ['./src/*'] } }),
    'src/value.ts': valueFile,
    'shared/src/other.ts': 'export const other = "shared";',
    'main.ts': `import { value } from 'lib/value'; import { other } from 'shared/other'; console.log(value, other);`,
  };
  assert.equal(outputOf(files), 'found shared');
});

test('`paths` of a package that is extended are relative to that package', () => {
  const files = {
    'tsconfig.json': tsconfig({}, { extends: '@work/config' }),
    'node_modules/@work/config/package.json': '{ "name": "@work/config", "main": "index.js" }',
    'node_modules/@work/config/index.js': '',
    'node_modules/@work/config/tsconfig.json': tsconfig({ paths: { 'lib/*': ['./src/*'] } }),
    'node_modules/@work/config/src/value.ts': valueFile,
    'main.ts': printValue('lib/value'),
  };
  assert.equal(outputOf(files), 'found');
});

/** What an app's tsconfig.json comes to, with paths relative to the app. */
function read(files: Files) {
  const { root } = createApp(files);
  const warnings: string[] = [];
  const configuration = readTsconfig(join(root, 'tsconfig.json'), (line) => warnings.push(line));
  return JSON.parse(JSON.stringify({ ...configuration, warnings }).replaceAll(root, '.'));
}

test('what `extends` can name: files, folders, packages and files in them, with and without `exports`', () => {
  const es2020 = tsconfig({ target: 'ES2020' });
  const named = (name: string, files: Files) =>
    read({ 'tsconfig.json': tsconfig({}, { extends: name }), ...files }).options.target;
  for (const [name, files] of [
    ['./base.json', { 'base.json': es2020 }],
    ['./tsconfig.base', { 'tsconfig.base.json': es2020, 'tsconfig.base.js': '' }],
    ['./shared', { 'shared/tsconfig.json': es2020 }],
    ['base', { 'node_modules/base/tsconfig.json': es2020 }],
    ['base/strict', { 'node_modules/base/strict.json': es2020 }],
    ['base/strict', { 'node_modules/base/strict/tsconfig.json': es2020 }],
    ['base', { 'node_modules/base/package.json': '{ "tsconfig": "a.json" }', 'node_modules/base/a.json': es2020 }],
    ['base', { 'node_modules/base/package.json': '{ "exports": "./a.json" }', 'node_modules/base/a.json': es2020 }],
    [
      '@x/base/a',
      {
        'node_modules/@x/base/package.json': '{ "exports": { "./*": "./configs/*.json" } }',
        'node_modules/@x/base/configs/a.json': es2020,
      },
    ],
  ] satisfies [string, Files][]) {
    assert.equal(named(name, files), 'es2020', JSON.stringify([name, files]));
  }
});

test('of several extended files the last one wins, of all the file itself, and null takes an option back', () => {
  const files = {
    'tsconfig.json': tsconfig({ target: 'es2022', jsxFactory: null }, { extends: ['./first', './second'] }),
    'first.json': tsconfig({ jsx: 'react', jsxFactory: 'h', paths: { first: ['./first.ts'] } }),
    'second.json': tsconfig({ jsx: 'React-JSX', target: 'es2021' }, { extends: './deep/third' }),
    'deep/third.json': tsconfig({ paths: { third: ['./third.ts'] } }),
  };
  assert.deepEqual(read(files), {
    options: { target: 'es2022', jsx: 'react-jsx' },
    aliases: [['third', null, ['./deep/third.ts']]],
    warnings: [],
  });
});

test('`paths` are relative to `baseUrl` where there is one, also one that is inherited', () => {
  const files = {
    'tsconfig.json': tsconfig({ paths: { 'a/*': ['./b/*'] } }, { extends: './shared/base.json' }),
    'shared/base.json': tsconfig({ baseUrl: '../src' }),
  };
  assert.deepEqual(read(files).aliases, [
    ['a/', '', ['./src/b/*']],
    ['', '', ['./src/*']],
  ]);
});

test('comments, trailing commas and a byte order mark are no errors, and strings are left alone', () => {
  const text = `\uFEFF// "a
    { /* b, } */ "compilerOptions": { "paths": { "http://x/*": ["./a,]/*", ], "\\"//": ["./* c */d"], }, // d
    }, }`;
  assert.deepEqual(read({ 'tsconfig.json': text }).aliases, [
    ['"//', null, ['./* c */d']],
    ['http://x/', '', ['./a,]/*']],
  ]);
  assert.deepEqual(read({ 'tsconfig.json': '' }), { options: {}, aliases: [], warnings: [] });
});

test('a file that cannot be followed costs a line that names it, and nothing else', () => {
  const own = tsconfig({ target: 'es2020' }, { extends: './base' });
  for (const [base, warning] of [
    ['{ // a comment\n  "a": 1\n  "b": 2 }', /^\.\/base\.json: .* \(line 3 column 3\)\. Compiling without it\.$/],
    ['[\n', /^\.\/base\.json: .*\. Compiling without it\.$/],
    [
      tsconfig({}, { extends: './tsconfig' }),
      /^\.\/base\.json: "extends" names \.\/tsconfig, which extends this file\. Compiling without it\.$/,
    ],
    [
      tsconfig({}, { extends: 3 }),
      /^\.\/base\.json: "extends" names 3, which is not installed\. Compiling without it\.$/,
    ],
  ] satisfies [string, RegExp][]) {
    const { options, warnings } = read({ 'tsconfig.json': own, 'base.json': base });
    assert.deepEqual(options, { target: 'es2020' }, base);
    assert.equal(warnings.length, 1, base);
    assert.match(warnings[0], warning);
  }
  const wrongShape = read({ 'tsconfig.json': tsconfig({ paths: { a: './b' } }) });
  assert.deepEqual(wrongShape.aliases, []);
  assert.match(wrongShape.warnings.join('\n'), /^\.\/tsconfig\.json: .*\. Compiling without it\.$/);
});
