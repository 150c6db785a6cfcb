// An error of the compiler says where, what and how to mend it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';
import { compileErrorOf, createApp, run, tsconfig } from './support/typescript-app.ts';

test('a syntax error shows place, problem and line, and nothing else', () => {
  const message = compileErrorOf({ 'main.ts': 'const a = 1;\n\tconst b: = 2;\n' });
  assert.match(message, /^main\.ts:2:11: Unexpected token `=`\. Expected an identifier, /);
  assert.ok(message.endsWith(`\n\n        const b: = 2;\n                 ^`), message);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
  assert.doesNotMatch(message, /backtrace|Caused by|\x1b/);
});

test('a file that does not compile fails when it is imported, with the same message', () => {
  const { root, cache } = createApp({
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
  assert.match(compileErrorOf({ 'main.ts': main }), /^main\.ts: .* need "experimentalDecorators": true/);
  const accessor = 'const mark: any = () => {}; class A { @mark accessor x = 1 }';
  const options = tsconfig({ experimentalDecorators: true });
  assert.match(compileErrorOf({ 'main.ts': accessor, 'tsconfig.json': options }), /`accessor` needs it to be off/);
});
