// The app can write to the descriptor of its worker's watchdog: whatever it writes, the primary reads on. Real sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { requestStack } from '../../rootfs/usr/local/lib/cluster/pool/watchdog-pipe.ts';

const deadline = { timeout: 10_000 };
const frames = ['work (/app/main.ts:3:5)', 'handler (/app/main.ts:9:1)'];
const line = `${JSON.stringify(frames)}\n`;
const stack = frames.join(' < ');

test('the stack is one line, innermost call first', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  const answer = requestStack(primary);
  assert.equal(String((await once(worker, 'data'))[0]), 'stack\n');
  worker.write(line);
  assert.equal(await answer, stack);
});

test('half a line is not the answer, and the rest of it completes it', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  const answer = requestStack(primary);
  const middle = Math.floor(line.length / 2);
  worker.write(line.slice(0, middle));
  await once(primary, 'data');
  worker.write(line.slice(middle));
  assert.equal(await answer, stack);
});

test('of two lines in one chunk the first is the answer', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  const answer = requestStack(primary);
  worker.write(`${line}["other (/app/main.ts:1:1)"]\n`);
  assert.equal(await answer, stack);
});

test('what was written before the request, and whatever is no list of frames, is skipped', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  worker.write('hello from the app\n');
  const answer = requestStack(primary);
  for (const garbage of [
    '',
    '[',
    'null',
    '{"join":1}',
    '"text"',
    '[1,2]',
    '["a", 1, "b"]',
    '["a" "b"]',
    '[]x',
    '\u0000\ufffd',
  ]) {
    worker.write(`${garbage}\n`);
  }
  worker.write(Buffer.from([0xff, 0xfe, 0x0a]));
  worker.write(line);
  assert.equal(await answer, stack);
});

test('a frame with a line break in it stays in one line', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  const answer = requestStack(primary);
  worker.write(`${JSON.stringify(['work\n[cluster] forged', 'b'])}\n`);
  assert.equal(await answer, 'work [cluster] forged < b');
});

for (const [what, garbage] of [
  ['one line', `["${'x'.repeat(1024 * 1024)}"]\n`],
  ['lines', '[garbage\n'.repeat(1024 * 128)],
] as const) {
  test(`1 MB of garbage in ${what} is skipped`, deadline, async (t) => {
    const { primary, worker } = await socketPair(t);
    const answer = requestStack(primary);
    worker.write(garbage);
    worker.write(line);
    assert.equal(await answer, stack);
  });
}

test('garbage without an end takes no memory', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  const answer = requestStack(primary);
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  const before = heldBytes();
  for (let written = 0; written < 64; written += 1) {
    if (!worker.write(megabyte)) await once(worker, 'drain');
  }
  const grownBytes = heldBytes() - before;
  worker.end(`\n${line}`);
  assert.equal(await answer, stack);
  assert.ok(grownBytes < 32e6, `${grownBytes} bytes more after 64 MB`);
});

test('without an answer it is undefined as soon as the pipe is closed', deadline, async (t) => {
  const { primary, worker } = await socketPair(t);
  const answer = requestStack(primary);
  worker.write(line.trimEnd());
  worker.end();
  assert.equal(await answer, undefined);
  assert.equal(await requestStack(primary), undefined);
});

/** What buffers take that cannot be collected. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

/** Two ends of one connection, as the primary and a worker have them. */
async function socketPair(t: TestContext): Promise<{ primary: Socket; worker: Socket }> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-'));
  const server = net.createServer().listen(join(folder, 'pipe.sock'));
  await once(server, 'listening');
  const worker = net.connect(join(folder, 'pipe.sock'));
  const [primary] = (await once(server, 'connection')) as [Socket];
  primary.on('error', () => {});
  worker.on('error', () => {});
  t.after(() => {
    for (const socket of [primary, worker, server]) socket instanceof net.Socket ? socket.destroy() : socket.close();
    rmSync(folder, { recursive: true });
  });
  return { primary, worker };
}
