// Non-root, any user id, nothing that could gain rights, nothing that only development needs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.js';
for (const user of [undefined, '12345:0', '0:0']) {
    test(`serves and stops as ${user ?? 'the image’s own user, 1000:0'}`, async (t) => {
        const container = await serve(t, { app: 'workshop', ...(user === undefined ? {} : { user }) });
        const { output } = await container.exec('sh', '-c', 'echo "$(id -u):$(id -g)"');
        assert.equal(output.trim(), user ?? '1000:0');
        assert.equal((await container.get('/worker')).status, 200);
        assert.equal((await container.stop()).exitCode, 0);
    });
}
test('no file of the image has the suid or sgid bit', async (t) => {
    const container = await serve(t, { user: '0:0' });
    const { output } = await container.exec('find', '/', '-xdev', '-type', 'f', '-perm', '/6000');
    assert.equal(output.trim(), '');
});
test('carries no development dependency', async (t) => {
    const container = await serve(t);
    const { output } = await container.exec('sh', '-c', 'ls -d /node_modules/* /node_modules/@*/*');
    const packages = output.split('\n');
    for (const wanted of ['fastify', '@fastify/helmet', 'tsx'])
        assert.ok(packages.includes(`/node_modules/${wanted}`), wanted);
    for (const unwanted of ['typescript', 'testcontainers', '@biomejs/biome', 'node']) {
        assert.ok(!packages.includes(`/node_modules/${unwanted}`), unwanted);
    }
});
