// The port opens when a worker is ready, not before: a client is refused or served, never kept waiting or answered 502.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot } from './support/container.js';
test('every connection is refused until the first answer is 200', async (t) => {
    const container = await boot(t, { app: 'slow-boot', environment: { BOOT_MS: '2000' } });
    await container.printed(/booting/);
    let refusals = 0;
    let first;
    while (first === undefined) {
        first = await container.get('/').catch(() => undefined);
        if (first === undefined)
            refusals += 1;
    }
    assert.equal(first.status, 200);
    assert.ok(refusals > 0, 'the port was open before the app listened');
});
