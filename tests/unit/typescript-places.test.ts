// A program is told the places of its source: its own path, those of its threads, the lines of its errors.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildTypeScript } from '../../rootfs/usr/local/lib/cluster/typescript/compile-folder.ts';
import { commonjs, createApp, module, outputOf, run } from './support/typescript-app.ts';

test('import.meta and __dirname are those of the TypeScript file', () => {
  const { root, cache } = createApp({
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
    const { root, cache } = createApp({
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
    assert.equal(outputOf(files), 'thread\nchild');
  });
}

test('a worker thread is found by URL and by the name of what it would compile to', () => {
  const files = {
    'main.mts': `import { Worker } from 'node:worker_threads'; new Worker(new URL('./thread.mjs', import.meta.url));`,
    'thread.mts': `enum E { A = 'thread' } console.log(E.A);`,
  };
  assert.equal(outputOf(files, 'main.mts'), 'thread');
});
