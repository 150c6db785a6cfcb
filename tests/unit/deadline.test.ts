// The waits of the tests end, with an error that helps.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { deadlineSignal, onceInTime, until, within } from '../support/deadline.ts';

const never = new Promise<never>(() => {});

test('until() returns what is waited for, as soon as it is there', async () => {
  let looks = 0;
  const count = () => {
    looks += 1;
    return looks;
  };
  assert.equal(await until('three', count, (seen) => seen === 3, { everyMs: 1 }), 3);
  assert.equal(looks, 3);
});

test('until() fails with what was waited for and what was seen last', async () => {
  const status = async () => ({ workers: 1 });
  await assert.rejects(
    until('a second worker', status, ({ workers }) => workers === 2, { withinMs: 30, everyMs: 1 }),
    /waited 0\.03 s for a second worker\. Seen last: { workers: 1 }$/,
  );
});

test('until() does not wait for a look that hangs', async () => {
  let looks = 0;
  const hangs = () => {
    looks += 1;
    return looks === 1 ? 503 : never;
  };
  await assert.rejects(
    until('200', hangs, (status: number) => status === 200, { withinMs: 30, everyMs: 1 }),
    /for 200\. Seen last: 503$/,
  );
});

test('until() passes on what a look throws', async () => {
  const ended = () => {
    throw new Error('the container ended');
  };
  await assert.rejects(
    until('an answer', ended, () => true),
    /^Error: the container ended$/,
  );
});

test('within() returns, throws, or fails in time with what there is instead', async () => {
  assert.equal(await within(1000, 'one', Promise.resolve(1)), 1);
  await assert.rejects(within(1000, 'one', Promise.reject(new Error('refused'))), /^Error: refused$/);
  await assert.rejects(
    within(10, 'the end', never, () => 'its log'),
    /waited 0\.01 s for the end\. Seen last: its log$/,
  );
});

test('onceInTime() returns what an event brings, or names it', async () => {
  const emitter = new EventEmitter();
  setImmediate(() => emitter.emit('open', 7));
  assert.deepEqual(await onceInTime(emitter, 'open'), [7]);
  await assert.rejects(onceInTime(emitter, 'close', undefined, 10), /waited 0\.01 s for the event close\./);
});

test('a deadline’s signal says what was waited for', async () => {
  const signal = deadlineSignal(10, 'the body');
  await until('the signal', () => signal.aborted, Boolean, { everyMs: 1 });
  assert.match(String(signal.reason), /waited 0\.01 s for the body/);
});
