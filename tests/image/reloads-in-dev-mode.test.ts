// `docker run -v .:/app IMAGE dev`: a saved file is answered by a new worker, and no request fails meanwhile.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deadlineSignal, defaultDeadlineMs, until } from '../support/deadline.ts';
import { boot, type Container, serve } from './support/container.ts';

const version = (name: string) =>
  `enum Name { Current = '${name}' }\nexport default async (app: any) => { app.all('/', async () => Name.Current); };\n`;

function appFolder(t: TestContext, main: string) {
  const folder = mkdtempSync(join(tmpdir(), 'dev-mode-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const save = (text: string) => writeFileSync(join(folder, 'main.ts'), text);
  save(main);
  return { folder, save, mounts: { '/app': folder } };
}

async function answers(container: Container, expected: string): Promise<void> {
  const look = async () => (await container.get('/')).text();
  await until(`the response ${expected}`, look, (text) => text === expected);
}

test('saving a file brings the new version, and no request fails while it starts', async (t) => {
  const { save, mounts } = appFolder(t, version('first'));
  const container = await serve(t, { mounts, command: ['dev'] });
  await answers(container, 'first');

  let isOver = false;
  const statuses = new Map<number | string, number>();
  const count = (status: number | string) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const client = async (init: RequestInit) => {
    while (!isOver) {
      const signal = deadlineSignal(defaultDeadlineMs, 'a response');
      const response = await fetch(container.url('/'), { ...init, signal }).catch((error) => error);
      count(response instanceof Response ? response.status : `${init.method}: ${response.cause ?? response}`);
      if (response instanceof Response) await response.text();
    }
  };
  const clients = [
    client({ method: 'GET' }),
    client({ method: 'POST', body: 'x' }),
    client({ headers: { connection: 'close' } }),
  ];
  for (const name of ['second', 'third', 'fourth']) {
    save(version(name));
    await answers(container, name);
  }
  isOver = true;
  await Promise.all(clients);
  assert.deepEqual([...statuses.keys()], [200], JSON.stringify([...statuses]));
});

test('an error is shown in the terminal, and the old version goes on answering', async (t) => {
  const { save, mounts } = appFolder(t, version('first'));
  const container = await serve(t, { mounts, command: ['dev'] });
  save('export default async (app: any) => { app.get("/" async () => "") };\n');
  await container.printed(/main\.ts:1:\d+/);
  await container.printed(/the old version goes on answering/);
  assert.equal(await (await container.get('/')).text(), 'first');
  save("throw new Error('not today');\n");
  await container.printed(/Error: not today/);
  assert.equal(await (await container.get('/')).text(), 'first');
  save(version('mended'));
  await answers(container, 'mended');
});

test('without an old version the browser shows the error, until a file is saved that starts', async (t) => {
  const { save, mounts } = appFolder(t, "throw new Error('not <today>');\n");
  const container = await boot(t, { mounts, command: ['dev'] });
  await container.printed(/nothing answers until a file is saved/);
  // nginx starts beside the app, which may be quicker to fail.
  await container.ready('/some/page', 503);
  for (const method of ['GET', 'POST']) {
    const response = await container.get('/some/page', { method });
    assert.equal(response.status, 503);
    assert.match(await response.text(), /Error: not &lt;today&gt;/);
  }
  assert.equal((await container.get('/healthz')).status, 503);
  save(version('mended'));
  await answers(container, 'mended');
  assert.equal((await container.stop()).exitCode, 0);
});

test('what it cannot read, and a folder that comes and goes, hide no change beside them', async (t) => {
  const { folder, save, mounts } = appFolder(t, version('first'));
  // Folders are read in the order of their names: what is the last is listed long before it is read, and gone by then.
  for (let name = 100; name < 600; name += 1) mkdirSync(join(folder, `many/${name}`), { recursive: true });
  const last = join(folder, 'z-last');
  mkdirSync(join(folder, 'database'), { mode: 0o700 });
  writeFileSync(join(folder, 'database/table.ts'), '');
  symlinkSync('loop.ts', join(folder, 'loop.ts'));
  const container = await serve(t, { mounts, command: ['dev'], user: '12345:0' });
  assert.notEqual((await container.exec('ls', '/app/database')).exitCode, 0);

  let isOver = false;
  const comesAndGoes = async () => {
    while (!isOver) {
      mkdirSync(last);
      await sleep(5);
      rmdirSync(last);
      await sleep(5);
    }
  };
  const coming = comesAndGoes();
  try {
    for (const name of ['second', 'third', 'fourth', 'fifth', 'sixth']) {
      save(version(name));
      await answers(container, name);
    }
  } finally {
    isOver = true;
    await coming;
  }
  assert.doesNotMatch(container.output, /EACCES|ENOENT|ELOOP/);
});

test('one worker, and NODE_ENV is development', async (t) => {
  const { mounts } = appFolder(
    t,
    "export default async (app: any) => { app.get('/', async () => process.env.NODE_ENV); };\n",
  );
  const container = await serve(t, { mounts, command: ['dev'] });
  assert.equal(await (await container.get('/')).text(), 'development');
  const status = JSON.parse((await container.exec('cluster', 'status', '--json')).output);
  assert.equal(status.workers.length, 1);
});
