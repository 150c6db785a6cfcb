// NODE_OPTIONS=--inspect: the debugger is that of the app, in worker 0, also after that one was replaced.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type Container, serve } from './support/container.ts';
import { attach } from './support/inspector.ts';
import { statusOf } from './support/workers.ts';

const app = (version: string) => ({ '/app/main.mjs': `export const handler = (req, res) => res.end('${version}');\n` });
const inspect = { NODE_OPTIONS: '--inspect=0.0.0.0:9229' };

/** What the debugger is attached to. */
async function debugged(container: Container): Promise<unknown> {
  const inspector = await attach(container, 9229);
  const pid = await inspector.evaluate('process.title.trim() + ", " + process.pid');
  inspector.close();
  return pid;
}

test('in dev mode it follows the app from version to version', async (t) => {
  const container = await serve(t, { files: app('first'), command: ['dev'], ports: [9229], environment: inspect });
  const first = await debugged(container);
  assert.match(String(first), /^worker 0 ready, \d+$/);
  await container.copyIn(app('second'));
  for (const deadline = Date.now() + 20_000; (await debugged(container)) === first; await sleep(100)) {
    assert.ok(Date.now() < deadline, 'the old version has the debugger for longer than it answers');
  }
  assert.equal(await (await container.get('/')).text(), 'second');
});

test('a worker that stands at a breakpoint is not stalled', async (t) => {
  const environment = { ...inspect, WORKERS: '1', WORKER_STALL_TIMEOUT: '1s' };
  const container = await serve(t, { files: app('one'), ports: [9229], environment });
  const before = await debugged(container);
  const inspector = await attach(container, 9229);
  await inspector.call('Debugger.enable');
  const paused = inspector.event('Debugger.paused');
  await inspector.call('Debugger.pause');
  const answer = container.get('/');
  await paused;
  await sleep(2500);
  await inspector.call('Debugger.resume');
  assert.equal(await (await answer).text(), 'one');
  inspector.close();
  assert.equal(await debugged(container), before);
});

test('--inspect-brk waits for it, however long that takes, and stops before the app', async (t) => {
  const environment = { NODE_OPTIONS: '--inspect-brk=0.0.0.0:9230', WORKERS: '1', BOOT_TIMEOUT: '1s' };
  const container = await boot(t, { files: app('one'), ports: [9230], environment });
  await container.printed(/Debugger listening on ws:\/\/0\.0\.0\.0:9230/);
  await sleep(2500);
  const inspector = await attach(container, 9230);
  await inspector.call('Debugger.enable');
  const paused = inspector.event('Debugger.paused');
  await inspector.call('Runtime.runIfWaitingForDebugger');
  await paused;
  await inspector.call('Debugger.resume');
  await container.ready();
  inspector.close();
});

test('of several workers it is that of the first, which the log says', async (t) => {
  const container = await serve(t, { files: app('one'), ports: [9229], environment: { ...inspect, WORKERS: '3' } });
  await container.printed(/worker 2 .* is ready/);
  assert.match(container.output, /the debugger is that of worker 0, one of 3\. Write WORKERS=1/);
  const { workers } = await statusOf(container);
  assert.equal(await debugged(container), `worker 0 ready, ${workers[0]?.pid}`);
  assert.doesNotMatch(container.output, /address already in use/);
});
