// What a worker that is replaced still answers, with a real server in a process of its own.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nginxKeepsMs } from '../../rootfs/usr/local/lib/cluster/upstream-keep-alive.ts';
import { acceptors } from '../../rootfs/usr/local/lib/cluster/worker/messages.ts';
import { onceInTime, within } from '../support/deadline.ts';
import { forkWithSocket } from './support/fork-with-socket.ts';

test('connections that were made before the slot was handed over are accepted, however late', async (t) => {
  const worker = await startWorker(t);
  await worker.drain({ standsStillMs: 1000 });
  const answers = await Promise.all(Array.from({ length: 4 * acceptors }, () => worker.post(new Agent())));
  assert.deepEqual(
    answers,
    answers.map(() => 'done'),
  );
  assert.equal(await worker.exitCode, 0);
});

test('a connection that nginx may still be about to use is not closed', async (t) => {
  const worker = await startWorker(t);
  const nginx = new Agent({ keepAlive: true });
  assert.equal(await worker.post(nginx), 'done');
  await worker.drain({ standsStillMs: 0 });
  await sleep(nginxKeepsMs - 100);
  assert.equal(await worker.post(nginx), 'done');
  assert.equal(await worker.exitCode, 0);
});

test('one that its client never closes does not keep a worker from ending', async (t) => {
  const worker = await startWorker(t);
  assert.equal(await worker.post(new Agent({ keepAlive: true })), 'done');
  await worker.drain({ standsStillMs: 0 });
  assert.equal(await worker.exitCode, 0);
});

/** A worker that serves. */
async function startWorker(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'drain-'));
  const socketPath = join(folder, 'worker.sock');
  const child = forkWithSocket('draining-server.ts', socketPath, acceptors, [socketPath]);
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const exitCode = onceInTime(child, 'exit', 'the end of the process').then(([code]) => code as number | null);
  assert.deepEqual(await onceInTime(child, 'message'), ['ready', undefined]);
  return {
    exitCode,
    /** @param standsStillMs from then on its event loop does nothing for so long */
    async drain({ standsStillMs }: { standsStillMs: number }): Promise<void> {
      child.send(standsStillMs);
      await onceInTime(child, 'message');
    },
    /** @returns the answer, or the error's code */
    post(agent: Agent): Promise<string> {
      const { promise, resolve } = Promise.withResolvers<string>();
      request({ socketPath, agent, method: 'POST', path: '/' }, (response) => {
        response.setEncoding('utf8').once('data', resolve);
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end('a body');
      return within(10_000, 'the answer to POST', promise);
    },
  };
}
