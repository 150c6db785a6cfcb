// `docker restart` starts afresh: nothing that the first run left behind is taken for its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.js';
test('the container serves again after docker restart', async (t) => {
    const container = await serve(t, { app: 'workshop' });
    await container.restart();
    await container.ready();
    assert.equal((await container.get('/worker')).status, 200);
    assert.equal((await container.stop()).exitCode, 0);
});
