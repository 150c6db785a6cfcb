import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Circumstances, decideAfterFailure } from '../../rootfs/usr/local/lib/cluster/pool/decide/exit.ts';
import { describeExit, exitCodeOf } from '../../rootfs/usr/local/lib/cluster/pool/descriptions.ts';

const running: Circumstances = {
  wasEverReady: true,
  ready: 1,
  failuresInARow: 1,
  failuresOfEverySlot: 0,
  random: 0.5,
};

test('a first worker that never gets ready ends the container', () => {
  assert.deepEqual(decideAfterFailure({ ...running, wasEverReady: false, ready: 0 }), { action: 'give-up' });
});

test('a worker that had long been ready is replaced at once', () => {
  assert.deepEqual(decideAfterFailure({ ...running, failuresInARow: 0 }), { action: 'replace', delayMs: 0 });
});

test('one that keeps failing is replaced ever more slowly, up to 5 s', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => delayAfter(failures)),
    [100, 200, 400, 800, 1600, 3200, 5000, 5000],
  );
});

test('siblings that fail together start apart: a quarter more or less', () => {
  assert.equal(delayAfter(1, 0), 75);
  assert.equal(delayAfter(1, 1), 125);
});

test('five failures in a row with no other worker ready end the container', () => {
  assert.equal(decideAfterFailure({ ...running, ready: 0, failuresInARow: 4 }).action, 'replace');
  assert.equal(decideAfterFailure({ ...running, ready: 0, failuresInARow: 5 }).action, 'give-up');
});

test('so do five of every slot, although one of them is up for a moment', () => {
  assert.equal(decideAfterFailure({ ...running, failuresInARow: 7, failuresOfEverySlot: 4 }).action, 'replace');
  assert.equal(decideAfterFailure({ ...running, failuresInARow: 7, failuresOfEverySlot: 5 }).action, 'give-up');
});

test('the container’s code is the app’s, 128 + signal, or 1; never 0', () => {
  assert.equal(exitCodeOf({ code: 3, signal: null }), 3);
  assert.equal(exitCodeOf({ code: 0, signal: null }), 1);
  assert.equal(exitCodeOf({ code: null, signal: 'SIGKILL' }), 137);
  assert.equal(describeExit({ code: null, signal: 'SIGSEGV' }), 'was killed by SIGSEGV');
});

function delayAfter(failuresInARow: number, random = 0.5): number | string {
  const decision = decideAfterFailure({ ...running, failuresInARow, random });
  return decision.action === 'replace' ? decision.delayMs : decision.action;
}
