// HEALTH_PATH answers 200 when ready and 503 otherwise, from nginx and the primary: never through a busy worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from './support/container.js';
test('/healthz answers while every worker is blocked', async (t) => {
    const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
    let blockIsOver = false;
    const blocked = container.get('/block?ms=3000').then(() => {
        blockIsOver = true;
    });
    await container.printed(/loop is blocked/);
    const health = await container.get('/healthz');
    assert.equal(health.status, 200);
    assert.equal(blockIsOver, false, 'the answer came through the worker');
    await blocked;
});
test('HEALTH_PATH moves it', async (t) => {
    const container = await serve(t, { environment: { HEALTH_PATH: '/status/ready' }, readyPath: '/status/ready' });
    assert.equal((await container.get('/status/ready')).status, 200);
    assert.equal((await container.get('/healthz')).status, 404);
});
test('it answers 503 while the primary is gone', async (t) => {
    const container = await serve(t, { app: 'workshop' });
    const { exitCode } = await container.exec('sh', '-c', 'kill -STOP "$(cluster status --json | grep -o \'"pid":[0-9]*\' | head -1 | cut -d: -f2)"');
    assert.equal(exitCode, 0);
    assert.equal((await container.get('/healthz')).status, 503);
});
test('Docker’s own health check becomes healthy', async (t) => {
    const container = await serve(t, { app: 'workshop' });
    for (let tries = 0; (await container.healthStatus()) === 'starting' && tries < 100; tries += 1)
        await sleep(200);
    assert.equal(await container.healthStatus(), 'healthy');
});
