// The primary outlives its own faults: an error in a timer, an event handler or an order is logged with its stack, and
// everything else goes on. No handler of the primary bypasses the guard.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once as event } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, every, guarded, on, once } from '../../rootfs/usr/local/lib/cluster/guarded.ts';
import { startControl } from '../../rootfs/usr/local/lib/cluster/primary/admin/control.ts';
import { projectRoot } from '../../tools/paths.ts';
import { until } from '../support/deadline.ts';

const cluster = join(projectRoot, 'rootfs/usr/local/lib/cluster');

test('a handler that throws, or whose promise rejects, is no error of its caller', async () => {
  const fail = () => {
    throw new Error('at once');
  };
  assert.doesNotThrow(guarded('a test', fail));
  assert.doesNotThrow(guarded('a test', async () => fail()));
  const emitter = new EventEmitter();
  on(emitter, 'event', 'a test', fail);
  const remove = once(emitter, 'once', 'a test', fail);
  assert.doesNotThrow(() => emitter.emit('event'));
  assert.doesNotThrow(() => emitter.emit('event'));
  remove();
  assert.equal(emitter.emit('once'), false);
  // A rejection that nobody handles would end this process.
  let ticks = 0;
  const timer = every(1, 'a test', () => {
    ticks += 1;
    fail();
  });
  after(1, 'a test', async () => fail());
  await until(
    'three ticks',
    () => ticks,
    (count) => count >= 3,
    { everyMs: 1 },
  );
  clearInterval(timer);
});

test('the fault is logged with what was being done, and its stack', async () => {
  const script = `import { guarded } from ${JSON.stringify(join(cluster, 'guarded.ts'))};
    guarded('the watch of the certificate', function lookAtTheFiles() { throw new Error('EACCES') })();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await event(child, 'close', { signal: AbortSignal.timeout(20_000) });
  assert.equal(code, 0);
  assert.match(
    output,
    /^\[cluster\] the watch of the certificate failed, and everything else goes on: Error: EACCES\n/,
  );
  assert.match(output, /^\[cluster\] {5}at lookAtTheFiles /m);
});

/** What breaks a URL, the protocol, or an order: the control socket answers, and goes on answering. */
for (const target of ['//', '//[', '/%', '/scale?workers=%', '/fails', '/fails-later', '/__proto__', '/constructor']) {
  test(`an order to ${target} does not end the primary`, async (t) => {
    const post = await startOrders(t);
    const line = await post(target);
    assert.equal(line.type, 'failed');
    assert.equal((await post('/works')).type, 'done');
  });
}

async function startOrders(t: TestContext): Promise<(path: string) => Promise<{ type: string }>> {
  const folder = mkdtempSync(join(tmpdir(), 'control-'));
  const socketPath = join(folder, 'control.sock');
  t.after(() => rmSync(folder, { recursive: true }));
  const server = await startControl(socketPath, {
    works: async () => 'done',
    scale: async (parameters) => {
      throw new Error(`no scale: ${parameters.get('workers')}`);
    },
    fails: () => {
      throw new Error('at once');
    },
    'fails-later': async () => {
      await sleep(1);
      throw new Error('later');
    },
  });
  t.after(() => server.close());
  return (path) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(5000);
      const request = http.request({ socketPath, path, method: 'POST', signal, agent: false }, async (response) => {
        const lines = Buffer.concat(await response.toArray())
          .toString()
          .trim()
          .split('\n');
        resolve(JSON.parse(lines.at(-1) ?? ''));
      });
      request.on('error', reject).end();
    });
}

/** Rooms that run in the primary, as far as they have handlers. */
const rooms = ['pool/**/*.ts', 'primary/**/*.ts', 'nginx/*.ts', 'typescript/compile-app.ts'];
/** A handler without a guard: a timer, a listener, a server's. */
const unguarded =
  /(?<![\w.])set(Interval|Timeout|Immediate)\(|\. ?(on|once|addListener|prependListener|prependOnceListener)\(|createServer\((?! ?(?:\)|listener\)|guarded\(|\{[^}]*\}, ?guarded\())/g;

test('no timer, listener or server of the primary bypasses the guard', () => {
  const files = globSync(rooms, { cwd: cluster });
  assert.ok(files.length > 30, `${files.length} files`);
  const found = files.flatMap((file) =>
    bypasses(readFileSync(join(cluster, file), 'utf8')).map((code) => `${file}: ${code}`),
  );
  assert.deepEqual(found, []);
});

for (const code of [
  'setInterval(() => look(), 5);',
  "process.on('SIGTERM', stop);",
  "child\n  .once('exit', onExit);",
  'http.createServer(async (request, response) => {',
  'net.createServer({ pauseOnConnect: true }, (connection) => {',
  'net.createServer(\n  { pauseOnConnect: true },\n  (connection) => {',
]) {
  test(`the search would find \`${code}\``, () => assert.equal(bypasses(code).length, 1));
}

/** @returns each place in the source that has a handler without a guard */
function bypasses(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'.*?'|`[^`]*`/g, "''").replace(/\s+/g, ' ');
  return Array.from(code.matchAll(unguarded), ({ index }) => code.slice(index, index + 80));
}
