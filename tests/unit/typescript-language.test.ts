// TypeScript's own syntax runs as tsc would compile it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonjs, module, outputOf, tsconfig } from './support/typescript-app.ts';

const reflect = `
(Reflect as any).metadata = (key: string, value: any) => (target: any, name?: string) => {
  console.log(name ?? target.name, key, [value].flat().map((type: any) => type.name).join());
};
const mark = (...given: any[]): any => {};`;

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
    assert.equal(outputOf({ 'main.ts': main, 'sizes.ts': sizes, 'package.json': packageJson }), '2 Up red 1 3 3');
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
    assert.deepEqual(outputOf(files).split('\n'), [
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
    assert.equal(outputOf(files), 'true true Named true');
  });
}

test('standard decorators and `accessor`', () => {
  const main = `
    const log = (value: any, { kind, name }: any) => { console.log(kind, name); };
    const twice = (method: any, context: ClassMethodDecoratorContext) => function (this: any) { return 2 * method.call(this); };
    @log class Example { @log accessor size = 1; @log field = 2; @twice answer() { return 21; } accessor plain = 3; }
    console.log(new Example().answer(), new Example().plain);`;
  assert.equal(outputOf({ 'main.ts': main }).replaceAll('\n', ', '), 'accessor size, field field, class Example, 42 3');
});

test('class fields follow target and useDefineForClassFields', () => {
  const main = `class Base { constructor() { (this as any).name = 'base'; } }
    class Derived extends Base { name?: string; } console.log(new Derived().name);`;
  const withOptions = (options: object) => outputOf({ 'main.ts': main, 'tsconfig.json': tsconfig(options) });
  assert.equal(withOptions({}), 'undefined');
  assert.equal(withOptions({ target: 'ES2021' }), 'base');
  assert.equal(withOptions({ target: 'ES2022' }), 'undefined');
  assert.equal(withOptions({ target: 'ES2022', useDefineForClassFields: false }), 'base');
});

test('`using` disposes', () => {
  const main = `{ using file = { [Symbol.dispose]: () => console.log('closed') }; console.log('open', typeof file); }`;
  assert.equal(outputOf({ 'main.ts': main }), 'open object\nclosed');
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
  assert.equal(outputOf(files), 'p,hello');
});

test('.tsx with a factory, from tsconfig.json and from a pragma', () => {
  const main = `const h = (type: string, props: object, text: string) => [type, text].join(); console.log(<b>bold</b>);`;
  const options = tsconfig({ jsx: 'react', jsxFactory: 'h' });
  assert.equal(outputOf({ 'main.tsx': main, 'tsconfig.json': options }, 'main.tsx'), 'b,bold');
  assert.equal(outputOf({ 'main.tsx': `/** @jsxRuntime classic @jsx h */ ${main}` }, 'main.tsx'), 'b,bold');
});
