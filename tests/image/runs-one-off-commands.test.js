// `docker run IMAGE command` runs that command and nothing else, as the same user, and ends with its code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToItsEnd } from './support/container.js';
test('a command runs alone, and its exit code is passed on', async (t) => {
    const { exitCode, output } = await runToItsEnd(t, {
        command: ['sh', '-c', 'echo "alone as $(id -u):$(id -g)"; exit 42'],
    });
    assert.equal(exitCode, 42);
    assert.equal(output, 'alone as 1000:0');
});
test('node finds the preinstalled packages', async (t) => {
    const { exitCode, output } = await runToItsEnd(t, {
        command: ['node', '--print', 'typeof require("fastify")'],
    });
    assert.equal(exitCode, 0, output);
    assert.equal(output, 'function');
});
test('tsx runs a TypeScript file', async (t) => {
    const { output } = await runToItsEnd(t, {
        files: { '/app/seed.ts': 'enum Answer { Yes = 42 }\nconsole.log(Answer.Yes);\n' },
        command: ['tsx', 'seed.ts'],
    });
    assert.equal(output, '42');
});
