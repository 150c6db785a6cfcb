// TypeScript runs as written, without a build step: compiled once, also where nothing but /run can be written.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildApp } from './support/build.ts';
import { runToItsEnd, serve } from './support/container.ts';

const folder = join(import.meta.dirname, '../apps/typescript');
const line =
  readFileSync(join(folder, 'main.ts'), 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('line: place()')) + 1;

const expected = {
  enum: 8,
  namespace: 4,
  parameterProperty: 3,
  metadata: ['Number', 'Service', 'Object'],
  alias: 'by tsconfig paths',
  extensionless: 'found',
  commonJs: 'string',
  esModule: 'string',
  tsx: '<p>Hello Ada</p>',
  json: 42,
  url: 'file:///app/main.ts',
  line: `/app/main.ts:${line}:11`,
};

test('what only TypeScript knows works, and stack traces point at its lines', async (t) => {
  const container = await serve(t, { app: 'typescript' });
  assert.deepEqual(await (await container.get('/')).json(), expected);
  await container.printed(/7 TypeScript files, 7 compiled, 0 with errors/);
});

test('RUN cluster build compiles it in the image: no start has to', async (t) => {
  const image = await buildApp('typescript', 'RUN cluster build');
  const container = await serve(t, {
    image,
    readOnly: true,
    tmpfs: { '/run': 'exec', '/tmp': '' },
    user: '12345:0',
    dropCapabilities: true,
  });
  assert.deepEqual(await (await container.get('/')).json(), expected);
  await container.printed(/its TypeScript was compiled by `cluster build`/);
});

test('what has changed since cluster build is compiled at the start', async (t) => {
  const image = await buildApp('typescript', 'RUN cluster build');
  const container = await serve(t, {
    image,
    files: { '/app/lib/aliased.ts': "export const aliased = (): string => 'anew';\n" },
  });
  assert.equal(((await (await container.get('/')).json()) as typeof expected).alias, 'anew');
  await container.printed(/7 TypeScript files, 1 compiled, 0 with errors/);
});

test('without it, a read-only root is enough all the same', async (t) => {
  const image = await buildApp('typescript');
  const container = await serve(t, { image, readOnly: true, tmpfs: { '/run': 'exec', '/tmp': '' } });
  assert.deepEqual(await (await container.get('/')).json(), expected);
});

test('a one-off command runs TypeScript as a worker does', async (t) => {
  const { exitCode, output } = await runToItsEnd(t, {
    app: 'typescript',
    files: {
      '/app/task.ts':
        "import { aliased } from '@lib/aliased';\nenum Done { Yes = 'done' }\nconsole.log(aliased(), Done.Yes);\n",
    },
    command: ['node', 'task.ts'],
  });
  assert.equal(output, 'by tsconfig paths done');
  assert.equal(exitCode, 0);
});

test('a file with an error that nobody imports does not keep the app from starting', async (t) => {
  const container = await serve(t, { app: 'typescript', files: { '/app/broken.ts': 'const = 1;\n' } });
  assert.equal((await container.get('/')).status, 200);
  await container.printed(/\/app\/broken\.ts:1:7: /);
});

test('a thread and a child process of the app run TypeScript, too', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/package.json': '{ "type": "module" }',
      '/app/part.ts': "enum Where { Name = 'part runs' }\nconsole.log(Where.Name, process.argv[2] ?? 'in a thread');\n",
      '/app/main.ts': `
import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
new Worker(new URL('part.ts', import.meta.url));
fork(new URL('part.ts', import.meta.url), ['in a child']);
export default async () => {};
`,
    },
    environment: { WORKERS: '1' },
  });
  await container.printed(/part runs in a thread/);
  await container.printed(/part runs in a child/);
});
