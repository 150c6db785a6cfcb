// /app and /data are the app's; an app that may not write a file ends with a line that says what to change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildFiles } from './support/build.ts';
import { type Options, runToItsEnd, serve } from './support/container.ts';

const writes = (path: string) => `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
mkdirSync(dirname('${path}'), { recursive: true });
writeFileSync('${path}', String(process.getuid()));
export default async (app) => { app.get('/', async () => readFileSync('${path}', 'utf8')); };
`;
const dockerfile = 'FROM node-nginx-fastify:26\nCOPY . .\n';
const readOnly = { readOnly: true, tmpfs: { '/run': 'exec', '/tmp': '' } };

/** A volume that Docker makes, with what the image has there, and removes with the container. */
const volume = (target: string): Options => ({
  hostConfig: { Mounts: [{ Type: 'volume', Target: target, Source: '' }] },
});

const places: Record<string, { path: string; options?: Options }> = {
  'a file in /app': { path: 'state.json' },
  'a folder in /app': { path: 'uploads/2026/1.txt' },
  'SQLite’s folder': { path: '/data/shop.sqlite' },
  'a volume at /data': { path: '/data/shop.sqlite', options: volume('/data') },
  'a volume at /data, below a read-only root': {
    path: '/data/shop.sqlite',
    options: { ...volume('/data'), ...readOnly },
  },
};
for (const [name, { path, options }] of Object.entries(places)) {
  for (const user of ['1000:0', '1000620000:0']) {
    test(`${user} writes ${name}`, async (t) => {
      const image = await buildFiles('writes', { Dockerfile: dockerfile, 'main.mjs': writes(path) });
      const container = await serve(t, { image, user, environment: { WORKERS: '1' }, ...options });
      assert.equal(await (await container.get('/')).text(), user.split(':')[0]);
    });
  }
}

test('a command finds a home folder, as any user', async (t) => {
  const command = ['sh', '-c', 'echo x > "$HOME/file" && echo "$HOME"'];
  assert.equal((await runToItsEnd(t, { command })).output, '/home/node');
  assert.equal((await runToItsEnd(t, { command, user: '1000620000:0' })).output, '/home/node');
  assert.equal((await runToItsEnd(t, { command, user: '12345:12345' })).output, '/tmp');
});

const failures: Record<string, { main: string; options?: Options; hint: RegExp }> = {
  'a folder of root’s': {
    main: writes('/app/config/x'),
    hint: /\/app\/config\/x, in \/app\/config \(owner 0:0, mode 0755\), is not open to user 1000, group 0\. .*`COPY --chown=1000:0`/,
  },
  'a user without group 0': {
    main: writes('/app/x'),
    options: { user: '12345:12345' },
    hint: /\/app\/x, in \/app \(owner 1000:0, mode 0775\), is not open to user 12345, group 12345\. Run it with group 0: `--user 12345:0`/,
  },
  'a read-only root': {
    main: writes('/app/uploads/x'),
    options: readOnly,
    hint: /\/app\/uploads, in \/app .* is on a read-only file system; this is user 1000, group 0\. Store data in \/data/,
  },
  'SQLite in a folder that is not there': {
    main: "import { DatabaseSync } from 'node:sqlite';\nnew DatabaseSync('/app/db/shop.sqlite');\n",
    hint: /SQLite does not name the file; the working folder is \/app \(owner 1000:0, mode 0775\).*Store data in \/data/,
  },
};
for (const [name, { main, options, hint }] of Object.entries(failures)) {
  test(`a worker that meets ${name} ends with the remedy`, async (t) => {
    const { exitCode, output, lastLine } = await runToItsEnd(t, { image: await buildWith(main), ...options });
    assert.equal(exitCode, 1);
    assert.match(lastLine, hint);
    assert.match(output.split('\n').at(-2) ?? '', /app\/main\.mjs: the app exited with code 1 before it was ready: /);
  });

  test(`a command that meets ${name} says the remedy`, async (t) => {
    const command = ['node', 'main.mjs'];
    const { exitCode, output } = await runToItsEnd(t, { image: await buildWith(main), command, ...options });
    assert.equal(exitCode, 1);
    assert.match(output, hint);
  });
}

test('a prestart script that fails in an /app that it may not write says so', async (t) => {
  const files = { 'main.mjs': writes('/tmp/x'), 'prestart.sh': 'touch /app/x\n' };
  const image = await buildFiles('writes-before', { Dockerfile: dockerfile, ...files });
  const { lastLine, output, exitCode } = await runToItsEnd(t, { image, user: '12345:12345' });
  assert.equal(exitCode, 1);
  assert.match(output, /prestart\.sh ended with code 1/);
  assert.match(lastLine, /If it had to write files: \/app \(owner 1000:0, mode 0775\) is not writable for user 12345/);
});

test('a worker that dies of it later has the line beside its death', async (t) => {
  const main = `import { writeFileSync } from 'node:fs';
export default async (app) => {
  app.get('/', async () => { setImmediate(() => writeFileSync('/app/config/x', '')); });
};
`;
  const container = await serve(t, { image: await buildWith(main), environment: { WORKERS: '1' } });
  await container.get('/');
  await container.printed(/worker 0 .* crashed.*\n.*\/app\/config\/x, in \/app\/config \(owner 0:0/);
});

function buildWith(main: string): Promise<string> {
  return buildFiles('cannot-write', { Dockerfile: dockerfile, 'main.mjs': main, 'config/kept': '' });
}
