// `docker stop` ends the container with 0 at any moment, long before Docker's 10 s are over (it would be 137 then).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, serve } from './support/container.js';
const seconds = 5;
test('when idle', async (t) => {
    const container = await serve(t, { app: 'workshop' });
    assert.equal((await container.stop(seconds)).exitCode, 0);
});
test('while the app boots', async (t) => {
    const container = await boot(t, { app: 'slow-boot', environment: { BOOT_MS: '60000', BOOT_TIMEOUT: '2m' } });
    await container.printed(/booting/);
    assert.equal((await container.stop(seconds)).exitCode, 0);
});
test('while an app that never gets ready is waited for', async (t) => {
    const container = await boot(t, { app: 'never-listens' });
    await container.printed(/runs app\/main\.js/);
    assert.equal((await container.stop(seconds)).exitCode, 0);
});
for (const signal of ['SIGINT', 'SIGQUIT']) {
    test(`${signal} stops like SIGTERM`, async (t) => {
        const container = await serve(t, { app: 'workshop' });
        await container.signal(signal);
        const { exitCode, output } = await container.end();
        assert.equal(exitCode, 0);
        assert.match(output, /close hook ran/);
    });
}
