// An import means the file that TypeScript means by it, and Node runs it as the kind of module that it is.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';
import {
  commonjs,
  compileErrorOf,
  createApp,
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
  test(`import without extension, of .js meaning .ts, and of a folder, in ${kind}`, () => {
    const files = { 'value.ts': valueFile, 'deep/index.ts': valueFile, 'package.json': packageJson };
    for (const from of ['./value', './value.js', './value.ts', './deep', './deep/', './deep/index.js']) {
      assert.equal(outputOf({ ...files, 'main.ts': printValue(from) }), 'found', from);
    }
  });

  test(`JSON without an attribute, in ${kind}`, () => {
    const main = `import data from './data.json'; console.log(data.answer);`;
    assert.equal(
      outputOf({
        'main.ts': main,
        'data.json': '{ "answer": 42 }',
        'package.json': packageJson,
        'tsconfig.json': tsconfig({ esModuleInterop: true }),
      }),
      '42',
    );
  });

  test(`import of types leaves nothing behind, in ${kind}`, () => {
    const main = `import type { Gone } from 'not-installed'; import { type Value, value } from './value';
      import { Shape } from './shape'; export type { Shape } from './shape';
      const shape: Shape = { sides: 4 }; const text: Value = value; console.log(text, shape.sides, {} as Gone);`;
    const files = { 'value.ts': valueFile, 'shape.ts': 'export interface Shape { sides: number }' };
    assert.equal(outputOf({ ...files, 'main.ts': main, 'package.json': packageJson }), 'found 4 {}');
  });

  test(`dynamic import of what a variable names, with a query, in ${kind}`, () => {
    const main = `const name = ['val', 'ue'].join('');
      (async () => { const one = await import('./' + name); const two = await import('./' + name + '.js?again');
      console.log(one.value, two.value, one === two); })();`;
    const files = { 'value.ts': valueFile, 'main.ts': main, 'package.json': packageJson };
    assert.equal(outputOf(files), 'found found false');
  });
}

test('verbatimModuleSyntax keeps an import for its effect', () => {
  const files = {
    'package.json': module,
    'tsconfig.json': tsconfig({ verbatimModuleSyntax: true }),
    'main.ts': `import { type Value } from './value.ts'; const text: Value = 'main'; console.log(text);`,
    'value.ts': `console.log('effect'); ${valueFile}`,
  };
  assert.equal(outputOf(files), 'effect\nmain');
});

test('import attributes reach Node', () => {
  const main = (type: string) => `import data from './data.json' with { type: '${type}' }; console.log(data.answer);`;
  const files = { 'data.json': '{ "answer": 42 }' };
  assert.equal(outputOf({ ...files, 'main.mts': main('json') }, 'main.mts'), '42');
  assert.match(outputOf({ ...files, 'main.mts': main('unheard-of') }, 'main.mts'), /^failed with 1.*unheard-of/s);
});

test('esModuleInterop: false imports a function as a namespace', () => {
  const files = {
    'tsconfig.json': tsconfig({ esModuleInterop: false }),
    'node_modules/shout/index.js': 'module.exports = (text) => text.toUpperCase();',
    'main.ts': `import * as shout from 'shout'; console.log((shout as any)('hello'));`,
  };
  assert.equal(outputOf(files), 'HELLO');
});

test('an import that says neither .ts nor .js prefers the TypeScript beside stale JavaScript', () => {
  const files = { 'value.ts': valueFile, 'value.js': 'exports.value = "stale";' };
  assert.equal(outputOf({ ...files, 'main.ts': printValue('./value') }), 'found');
  assert.equal(outputOf({ ...files, 'main.ts': printValue('./value.js') }), 'found');
});

test('.mts is an ES module and .cts a CommonJS module, whatever the package', () => {
  const files = {
    'main.mts': `import { value } from './required.cjs'; import * as all from './required.cjs';
      console.log(value, all.reexported, typeof require, import.meta.filename.endsWith('main.mts'));`,
    'required.cts': `export const value: string = typeof require; export * from './other.cjs';`,
    'other.cts': 'export const reexported = 1;',
  };
  assert.equal(outputOf({ ...files, 'package.json': commonjs }, 'main.mts'), 'function 1 undefined true');
  assert.equal(outputOf({ ...files, 'package.json': module }, 'main.mts'), 'function 1 undefined true');
});

test('require() of TypeScript, from TypeScript and from JavaScript', () => {
  const files = {
    'value.ts': valueFile,
    'package.json': commonjs,
    'with space #1?/value.ts': valueFile,
    'main.ts': `console.log(require('./value').value, require('./plain').value, require('./with space #1?/value').value,
      require.resolve('./value').endsWith('value.ts'), require.main === module);`,
    'plain.js': `exports.value = require('./value.js').value;`,
  };
  assert.equal(outputOf(files), 'found found found true true');
});

test('require() that is made for a folder, as of its package.json', () => {
  const files = {
    'package.json': module,
    'value.ts': valueFile,
    'main.ts': `import { createRequire } from 'node:module';
      console.log(createRequire(new URL('./package.json', import.meta.url))('./value').value);`,
  };
  assert.equal(outputOf(files), 'found');
});

test('`import = require()` and `export =`', () => {
  const files = {
    'main.ts': `import path = require('node:path'); import add = require('./add'); import Sub = Outer.Sub;
      namespace Outer { export namespace Sub { export const one = 1; } }
      console.log(path.basename('/a/b'), add(1, 2));`,
    'add.ts': 'function add(a: number, b: number) { return a + b; } export = add;',
  };
  assert.equal(outputOf({ ...files, 'package.json': commonjs }), 'b 3');
  assert.match(compileErrorOf({ ...files, 'package.json': module }), /^add\.ts:1:54: .*`export default`/);
});

test('a workspace package, linked into node_modules', () => {
  const files = {
    'package.json': module,
    'main.ts': `import { value } from '@work/lib'; import { where } from '@work/lib/where'; console.log(value, where);`,
    'packages/lib/package.json': '{ "type": "module", "exports": { ".": "./src/index.ts", "./*": "./src/*.ts" } }',
    'packages/lib/src/index.ts': `export { value } from './value.js';`,
    'packages/lib/src/value.ts': valueFile,
    'packages/lib/src/where.ts': `enum E { A = 'compiled' } export const where = E.A + import.meta.dirname.slice(-17);`,
  };
  const { root, cache } = createApp(files);
  mkdirSync(join(root, 'node_modules/@work'), { recursive: true });
  symlinkSync('../../packages/lib', join(root, 'node_modules/@work/lib'));
  assert.equal(buildTypeScript({ root, cacheFolder: cache }).files, 4);
  const before = readdirSync(cache).length;
  assert.equal(run(join(root, 'main.ts'), cache), 'found compiled/packages/lib/src');
  assert.equal(readdirSync(cache).length, before);
});

test('a package that is published as TypeScript is compiled when it is imported', () => {
  const files = {
    'package.json': module,
    'node_modules/lib/package.json': '{ "type": "module", "exports": "./index.ts" }',
    'node_modules/lib/index.ts': `import { E } from './other.js'; export const value: string = E.Found;`,
    'node_modules/lib/other.ts': `export enum E { Found = 'found' }`,
  };
  assert.equal(outputOf({ ...files, 'main.ts': printValue('lib') }), 'found');
  assert.equal(outputOf({ ...files, 'main.js': printValue('lib') }, 'main.js'), 'found');
});

test('a package without type is CommonJS', () => {
  assert.equal(
    outputOf({ 'main.ts': 'import fs from "node:fs"; console.log(typeof fs, typeof module);' }),
    'object object',
  );
});

test('a package without type may use what only ES modules have', () => {
  for (const main of [
    'await (async () => { console.log("found"); })();',
    'console.log(typeof module === "undefined" && import.meta.url.endsWith("/main.ts") ? "found" : "");',
    'const { log } = await Promise.resolve(console); log("found");',
    'for await (const text of ["found"]) console.log(text);',
    '#!/usr/bin/env node\nimport { dirname } from "node:path"; const __dirname = dirname(import.meta.filename); console.log(__dirname ? "found" : "");',
  ]) {
    assert.equal(outputOf({ 'main.ts': main }), 'found', main);
  }
});

test('`await` in functions, strings and comments leaves a file CommonJS', () => {
  const main = `// await it: import.meta
    async function f() { await null; for await (const _ of []) {} return 'await (1)'; }
    class A { await = 1; async m() { await f(); } }
    f().then((text) => console.log(text, new A().await, typeof module));`;
  assert.equal(outputOf({ 'main.ts': main }), 'await (1) 1 object');
});

test('a CommonJS package that awaits at top level is told what to do', () => {
  const message = compileErrorOf({
    'main.ts': 'interface A {}\n\nawait (async () => {})();',
    'package.json': commonjs,
  });
  assert.match(message, /^main\.ts:3: `await` outside of an async function\. .*name it \.mts or set "type": "module"/);
});
