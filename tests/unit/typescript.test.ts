import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';

const room = join(import.meta.dirname, '../../rootfs/usr/local/lib/cluster/typescript');
const register = join(room, 'register.ts');
const temporary = mkdtempSync(join(tmpdir(), 'typescript-'));
after(() => rmSync(temporary, { recursive: true }));

type Files = Readonly<Record<string, string>>;
const module = '{ "type": "module" }';
const commonjs = '{ "type": "commonjs" }';
let folders = 0;

/** Writes an app. @returns its folder and that of its cache */
function app(files: Files): { root: string; cache: string } {
  const folder = join(temporary, String(folders++));
  write(join(folder, 'app'), files);
  return { root: join(folder, 'app'), cache: join(folder, 'cache') };
}

function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Runs a program that was built. @returns what it printed; its standard error is part of it if it failed */
function run(entry: string, cache: string | undefined): string {
  const manifest = cache === undefined ? {} : { CLUSTER_TYPESCRIPT_MANIFEST: join(cache, 'manifest.json') };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', register, entry], {
    cwd: dirname(entry),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...manifest },
    timeout: 10_000,
  });
  return status === 0 ? stdout.trim() : `failed with ${status}: ${stdout}${stderr}`;
}

/** What an app prints when it is built and run. */
function printed(files: Files, entry = 'main.ts'): string {
  const { root, cache } = app(files);
  assert.deepEqual(buildTypeScript({ root, cacheFolder: cache }).errors, []);
  return run(join(root, entry), cache);
}

/** What is wrong with an app, by its build. */
function refused(files: Files): string {
  const { root, cache } = app(files);
  const [error = '', ...others] = buildTypeScript({ root, cacheFolder: cache }).errors;
  assert.deepEqual(others, []);
  return error.replaceAll(`${root}/`, '');
}

const tsconfig = (compilerOptions: object, rest: object = {}) => JSON.stringify({ ...rest, compilerOptions });
const reflect = `
(Reflect as any).metadata = (key: string, value: any) => (target: any, name?: string) => {
  console.log(name ?? target.name, key, [value].flat().map((type: any) => type.name).join());
};
const mark = (...given: any[]): any => {};`;

// --- The language

for (const [packageJson, kind] of [
  [module, 'an ES module'],
  [commonjs, 'a CommonJS module'],
] as const) {
  test(`enum, const enum, namespace and parameter properties, in ${kind}`, () => {
    const main = `
      import { Colour, Size } from './sizes';
      enum Direction { Up = 1, Down }
      namespace Geometry { export const pi = 3; export namespace Deep { export const two = pi - 1; } }
      class Point { constructor(readonly x: number, private y = Geometry.Deep.two) {} sum() { return this.x + this.y; } }
      console.log(Direction.Down, Direction[1], Colour.Red, Size.Large, Geometry.pi, new Point(1).sum());`;
    const sizes = `export enum Colour { Red = 'red' } export const enum Size { Small, Large }`;
    assert.equal(printed({ 'main.ts': main, 'sizes.ts': sizes, 'package.json': packageJson }), '2 Up red 1 3 3');
  });

  test(`legacy decorators with metadata, of types that are interfaces too, in ${kind}`, () => {
    const files = {
      'package.json': packageJson,
      'tsconfig.json': tsconfig({ experimentalDecorators: true, emitDecoratorMetadata: true }),
      'types.ts': `export interface Shape { sides: number } export class Service {} export const three = 3;
        export default interface Plain {}`,
      'main.ts': `import Plain, { Shape, Service, three as drei } from './types';
        import type { Service as OnlyType } from './types';
        ${reflect}
        @mark class Controller {
          constructor(private service: Service, @mark shape: Shape, plain: Plain, type: OnlyType) {}
          @mark method(count: number): Promise<string> { return Promise.resolve(String(count)); }
        }
        console.log(drei);`,
    };
    assert.deepEqual(printed(files).split('\n'), [
      'method design:returntype Promise',
      'method design:paramtypes Number',
      'method design:type Function',
      'Controller design:paramtypes Service,Object,Object,Object',
      'Controller design:type Function', // swc's own, tsc has none for a class
      '3',
    ]);
  });
}

for (const packageJson of [module, commonjs]) {
  test(`a legacy class decorator may return another class, package ${packageJson}`, () => {
    const files = {
      'package.json': packageJson,
      'tsconfig.json': tsconfig({ experimentalDecorators: true }),
      'classes.ts': `const replace: any = (original: any) => class extends original { replaced = true };
        class Base {}
        @replace export class Named extends Base { static own = Named.name; static self = () => Named; make() { return new Named(); } }
        @replace export default class Default { static me = Default; make() { return new Default(); } }`,
      'main.ts': `import Default, { Named } from './classes'; const { self, own } = Named;
        console.log(self() === Named, 'replaced' in new Named().make(), own, 'replaced' in new Default().make());`,
    };
    assert.equal(printed(files), 'true true Named true');
  });
}

test('standard decorators and `accessor`', () => {
  const main = `
    const log = (value: any, { kind, name }: any) => { console.log(kind, name); };
    const twice = (method: any, context: ClassMethodDecoratorContext) => function (this: any) { return 2 * method.call(this); };
    @log class Example { @log accessor size = 1; @log field = 2; @twice answer() { return 21; } accessor plain = 3; }
    console.log(new Example().answer(), new Example().plain);`;
  assert.equal(printed({ 'main.ts': main }).replaceAll('\n', ', '), 'accessor size, field field, class Example, 42 3');
});

test('class fields follow target and useDefineForClassFields', () => {
  const main = `class Base { constructor() { (this as any).name = 'base'; } }
    class Derived extends Base { name?: string; } console.log(new Derived().name);`;
  const withOptions = (options: object) => printed({ 'main.ts': main, 'tsconfig.json': tsconfig(options) });
  assert.equal(withOptions({}), 'undefined');
  assert.equal(withOptions({ target: 'ES2021' }), 'base');
  assert.equal(withOptions({ target: 'ES2022' }), 'undefined');
  assert.equal(withOptions({ target: 'ES2022', useDefineForClassFields: false }), 'base');
});

test('`using` disposes', () => {
  const main = `{ using file = { [Symbol.dispose]: () => console.log('closed') }; console.log('open', typeof file); }`;
  assert.equal(printed({ 'main.ts': main }), 'open object\nclosed');
});

test('.tsx with the automatic runtime, of a package of the app', () => {
  const files = {
    'package.json': module,
    'tsconfig.json': tsconfig({ jsx: 'react-jsx', jsxImportSource: 'tiny' }),
    'node_modules/tiny/package.json': '{ "type": "module", "exports": { "./jsx-runtime": "./runtime.js" } }',
    'node_modules/tiny/runtime.js': 'export const jsx = (type, { children }) => [type, children].join();',
    'main.ts': `import { Page } from './page'; console.log(Page('hello'));`,
    'page.tsx': 'export const Page = (text: string) => <p class="x">{text}</p>;',
  };
  assert.equal(printed(files), 'p,hello');
});

test('.tsx with a factory, from tsconfig.json and from a pragma', () => {
  const main = `const h = (type: string, props: object, text: string) => [type, text].join(); console.log(<b>bold</b>);`;
  const options = tsconfig({ jsx: 'react', jsxFactory: 'h' });
  assert.equal(printed({ 'main.tsx': main, 'tsconfig.json': options }, 'main.tsx'), 'b,bold');
  assert.equal(printed({ 'main.tsx': `/** @jsxRuntime classic @jsx h */ ${main}` }, 'main.tsx'), 'b,bold');
});

// --- Imports

const valueFile = 'export const value = "found"; export type Value = string;';
const printValue = (from: string) => `import { value } from '${from}'; console.log(value);`;

for (const [packageJson, kind] of [
  [module, 'an ES module'],
  [commonjs, 'a CommonJS module'],
] as const) {
  test(`import without extension, of .js meaning .ts, and of a folder, in ${kind}`, () => {
    const files = { 'value.ts': valueFile, 'deep/index.ts': valueFile, 'package.json': packageJson };
    for (const from of ['./value', './value.js', './value.ts', './deep', './deep/', './deep/index.js']) {
      assert.equal(printed({ ...files, 'main.ts': printValue(from) }), 'found', from);
    }
  });

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
      assert.equal(printed({ ...files, 'main.ts': printValue(from) }), 'found', from);
    }
    assert.equal(printed({ ...files, 'based/main.ts': printValue('some/value') }, 'based/main.ts'), 'found');
  });

  test(`JSON without an attribute, in ${kind}`, () => {
    const main = `import data from './data.json'; console.log(data.answer);`;
    assert.equal(
      printed({
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
    assert.equal(printed({ ...files, 'main.ts': main, 'package.json': packageJson }), 'found 4 {}');
  });

  test(`dynamic import of what a variable names, with a query, in ${kind}`, () => {
    const main = `const name = ['val', 'ue'].join('');
      (async () => { const one = await import('./' + name); const two = await import('./' + name + '.js?again');
      console.log(one.value, two.value, one === two); })();`;
    const files = { 'value.ts': valueFile, 'main.ts': main, 'package.json': packageJson };
    assert.equal(printed(files), 'found found false');
  });
}

test('verbatimModuleSyntax keeps an import for its effect', () => {
  const files = {
    'package.json': module,
    'tsconfig.json': tsconfig({ verbatimModuleSyntax: true }),
    'main.ts': `import { type Value } from './value.ts'; const text: Value = 'main'; console.log(text);`,
    'value.ts': `console.log('effect'); ${valueFile}`,
  };
  assert.equal(printed(files), 'effect\nmain');
});

test('import attributes reach Node', () => {
  const main = (type: string) => `import data from './data.json' with { type: '${type}' }; console.log(data.answer);`;
  const files = { 'data.json': '{ "answer": 42 }' };
  assert.equal(printed({ ...files, 'main.mts': main('json') }, 'main.mts'), '42');
  assert.match(printed({ ...files, 'main.mts': main('unheard-of') }, 'main.mts'), /^failed with 1.*unheard-of/s);
});

test('esModuleInterop: false imports a function as a namespace', () => {
  const files = {
    'tsconfig.json': tsconfig({ esModuleInterop: false }),
    'node_modules/shout/index.js': 'module.exports = (text) => text.toUpperCase();',
    'main.ts': `import * as shout from 'shout'; console.log((shout as any)('hello'));`,
  };
  assert.equal(printed(files), 'HELLO');
});

test('an import that says neither .ts nor .js prefers the TypeScript beside stale JavaScript', () => {
  const files = { 'value.ts': valueFile, 'value.js': 'exports.value = "stale";' };
  assert.equal(printed({ ...files, 'main.ts': printValue('./value') }), 'found');
  assert.equal(printed({ ...files, 'main.ts': printValue('./value.js') }), 'found');
});

test('.mts is an ES module and .cts a CommonJS module, whatever the package', () => {
  const files = {
    'main.mts': `import { value } from './required.cjs'; import * as all from './required.cjs';
      console.log(value, all.reexported, typeof require, import.meta.filename.endsWith('main.mts'));`,
    'required.cts': `export const value: string = typeof require; export * from './other.cjs';`,
    'other.cts': 'export const reexported = 1;',
  };
  assert.equal(printed({ ...files, 'package.json': commonjs }, 'main.mts'), 'function 1 undefined true');
  assert.equal(printed({ ...files, 'package.json': module }, 'main.mts'), 'function 1 undefined true');
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
  assert.equal(printed(files), 'found found found true true');
});

test('`import = require()` and `export =`', () => {
  const files = {
    'main.ts': `import path = require('node:path'); import add = require('./add'); import Sub = Outer.Sub;
      namespace Outer { export namespace Sub { export const one = 1; } }
      console.log(path.basename('/a/b'), add(1, 2));`,
    'add.ts': 'function add(a: number, b: number) { return a + b; } export = add;',
  };
  assert.equal(printed({ ...files, 'package.json': commonjs }), 'b 3');
  assert.match(refused({ ...files, 'package.json': module }), /^add\.ts:1:54: .*`export default`/);
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
  const { root, cache } = app(files);
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
  assert.equal(printed({ ...files, 'main.ts': printValue('lib') }), 'found');
  assert.equal(printed({ ...files, 'main.js': printValue('lib') }, 'main.js'), 'found');
});

// --- Where a program thinks it is

test('import.meta and __dirname are those of the TypeScript file', () => {
  const { root, cache } = app({
    'main.mts': `import './places.cts'; console.log(import.meta.url, import.meta.filename, import.meta.main, process.argv[1]);`,
    'places.cts': 'console.log(__filename, __dirname, module.filename);',
  });
  buildTypeScript({ root, cacheFolder: cache });
  const main = join(root, 'main.mts');
  const places = join(root, 'places.cts');
  assert.equal(run(main, cache), `${places} ${root} ${places}\nfile://${main} ${main} true ${main}`);
});

for (const [packageJson, kind] of [
  [module, 'an ES module'],
  [commonjs, 'a CommonJS module'],
] as const) {
  test(`stack traces name file, line and column of the source, in ${kind}`, () => {
    const { root, cache } = app({
      'package.json': packageJson,
      'main.ts': `interface Long {\n  a: string;\n  b: string;\n}\nenum E { A }\n\nfunction fail(given: Long): never {\n  throw new Error('as asked' + E.A);\n}\nfail({} as Long);\n`,
    });
    buildTypeScript({ root, cacheFolder: cache });
    const output = run(join(root, 'main.ts'), cache);
    assert.match(output, /^failed with 1/);
    assert.match(output, /Error: as asked0\n\s+at fail \((?:file:\/\/)?.*\/main\.ts:8:9\)\n\s+at .*main\.ts:10:1/);
  });

  test(`worker threads and forked processes run TypeScript, in ${kind}`, () => {
    const here = packageJson === module ? 'import.meta.dirname' : '__dirname';
    const files = {
      'package.json': packageJson,
      'main.ts': `import { Worker } from 'node:worker_threads'; import { fork } from 'node:child_process';
        new Worker(${here} + '/thread.ts').once('message', (text) => {
          console.log(text);
          fork(${here} + '/child.ts').once('message', (text) => console.log(text));
        });`,
      'thread.ts': `import { parentPort } from 'node:worker_threads'; enum E { A = 'thread' } parentPort!.postMessage(E.A);`,
      'child.ts': `enum E { A = 'child' } process.send!(E.A); process.disconnect(); export {};`,
    };
    assert.equal(printed(files), 'thread\nchild');
  });
}

test('a worker thread is found by URL and by the name of what it would compile to', () => {
  const files = {
    'main.mts': `import { Worker } from 'node:worker_threads'; new Worker(new URL('./thread.mjs', import.meta.url));`,
    'thread.mts': `enum E { A = 'thread' } console.log(E.A);`,
  };
  assert.equal(printed(files, 'main.mts'), 'thread');
});

// --- Which kind of module, without `type` in package.json

test('a package without type is CommonJS', () => {
  assert.equal(
    printed({ 'main.ts': 'import fs from "node:fs"; console.log(typeof fs, typeof module);' }),
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
    assert.equal(printed({ 'main.ts': main }), 'found', main);
  }
});

test('`await` in functions, strings and comments leaves a file CommonJS', () => {
  const main = `// await it: import.meta
    async function f() { await null; for await (const _ of []) {} return 'await (1)'; }
    class A { await = 1; async m() { await f(); } }
    f().then((text) => console.log(text, new A().await, typeof module));`;
  assert.equal(printed({ 'main.ts': main }), 'await (1) 1 object');
});

test('a CommonJS package that awaits at top level is told what to do', () => {
  const message = refused({ 'main.ts': 'interface A {}\n\nawait (async () => {})();', 'package.json': commonjs });
  assert.match(message, /^main\.ts:3: `await` outside of an async function\. .*name it \.mts or set "type": "module"/);
});

// --- Errors

test('a syntax error shows place, problem and line, and nothing else', () => {
  const message = refused({ 'main.ts': 'const a = 1;\n\tconst b: = 2;\n' });
  assert.match(message, /^main\.ts:2:11: Unexpected token `=`\. Expected an identifier, /);
  assert.ok(message.endsWith(`\n\n        const b: = 2;\n                 ^`), message);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
  assert.doesNotMatch(message, /backtrace|Caused by|\x1b/);
});

test('a file that does not compile fails when it is imported, with the same message', () => {
  const { root, cache } = app({
    'main.ts': 'console.log("runs");',
    'other.ts': 'import "./broken";',
    'broken.ts': 'foo(;',
  });
  const { errors, files, compiled } = buildTypeScript({ root, cacheFolder: cache });
  assert.deepEqual([files, compiled, errors.length], [3, 2, 1]);
  assert.equal(run(join(root, 'main.ts'), cache), 'runs');
  const output = run(join(root, 'other.ts'), cache);
  assert.match(output, /^failed with 1/);
  assert.ok(
    output.includes(`SyntaxError: ${join(root, 'broken.ts')}:1:5: Expression expected\n\n    foo(;\n        ^`),
    output,
  );
});

test('a decorator that would be lost is refused', () => {
  const main = 'const mark: any = () => {}; class A { constructor(@mark x: number) {} }';
  assert.match(refused({ 'main.ts': main }), /^main\.ts: .* need "experimentalDecorators": true/);
  const accessor = 'const mark: any = () => {}; class A { @mark accessor x = 1 }';
  const options = tsconfig({ experimentalDecorators: true });
  assert.match(refused({ 'main.ts': accessor, 'tsconfig.json': options }), /`accessor` needs it to be off/);
});

test('`extends` of a package that is not installed loses only that', () => {
  const { root, cache } = app({
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

// --- The build

test('what did not change is not compiled again', () => {
  const { root, cache } = app({ 'main.ts': printValue('./value'), 'value.ts': valueFile });
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
  const { root, cache } = app(Object.fromEntries(files.map((name) => [name, ''])));
  assert.equal(buildTypeScript({ root, cacheFolder: cache }).files, 1);
});

test('workers keep to what was built, also when the source changes under them', () => {
  const { root, cache } = app({ 'main.ts': 'console.log("built");' });
  buildTypeScript({ root, cacheFolder: cache });
  write(root, { 'main.ts': 'console.log("changed");' });
  assert.equal(run(join(root, 'main.ts'), cache), 'built');
});

test('a prebuilt folder is used where it is; it and the app are not written', () => {
  const { root, cache: prebuilt } = app({ 'main.ts': printValue('./value'), 'value.ts': valueFile });
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
    const { status, stderr } = spawnSync(process.execPath, [join(room, 'compiler.ts'), root, cache], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    assert.equal(status, 0, stderr);
    return stderr;
  };
  const typescript = app({ 'compiler.ts': '', 'broken.ts': 'foo(;' });
  const output = command(typescript.root, typescript.cache);
  assert.match(output, /broken\.ts:1:5: Expression expected/);
  assert.match(output, /\n\[cluster\] 2 TypeScript files, 1 compiled, 1 with errors, in \d+ ms\n$/);
  const javascript = app({ 'main.js': '' });
  assert.equal(command(javascript.root, javascript.cache), '');
  assert.deepEqual(JSON.parse(readFileSync(join(javascript.cache, 'manifest.json'), 'utf8')).files, {});
});

// --- One-off commands

test('a one-off command needs no build', () => {
  const { root } = app({
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
