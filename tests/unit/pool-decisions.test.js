import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideAfterExit, describeExit, exitCodeOf, } from '../../rootfs/usr/local/lib/cluster/pool/decisions.js';
const running = { isStopping: false, wasEverReady: true, ready: 1, failuresInARow: 1 };
const crash = { code: 7, signal: null };
test('a first worker that never gets ready ends the container with its code', () => {
    assert.deepEqual(decideAfterExit(crash, { ...running, wasEverReady: false, ready: 0 }), {
        action: 'end',
        exitCode: 7,
    });
});
test('nothing is replaced while the container stops', () => {
    for (const wasEverReady of [true, false]) {
        assert.deepEqual(decideAfterExit(crash, { ...running, isStopping: true, wasEverReady }), { action: 'nothing' });
    }
});
test('a worker that had long been ready is replaced at once', () => {
    assert.deepEqual(decideAfterExit(crash, { ...running, failuresInARow: 0 }), { action: 'replace', delayMs: 0 });
});
test('one that keeps failing is replaced ever more slowly, up to 5 s', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((failuresInARow) => {
        const decision = decideAfterExit(crash, { ...running, failuresInARow });
        return decision.action === 'replace' ? decision.delayMs : decision.action;
    });
    assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});
test('five failures in a row with no other worker ready end the container', () => {
    assert.equal(decideAfterExit(crash, { ...running, ready: 0, failuresInARow: 4 }).action, 'replace');
    assert.deepEqual(decideAfterExit(crash, { ...running, ready: 0, failuresInARow: 5 }), { action: 'end', exitCode: 7 });
});
test('the container’s code is the app’s, 128 + signal, or 1; never 0', () => {
    assert.equal(exitCodeOf({ code: 3, signal: null }), 3);
    assert.equal(exitCodeOf({ code: 0, signal: null }), 1);
    assert.equal(exitCodeOf({ code: null, signal: 'SIGKILL' }), 137);
    assert.equal(describeExit({ code: null, signal: 'SIGSEGV' }), 'was killed by SIGSEGV');
});
