import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recognise } from '../../rootfs/usr/local/lib/cluster/app/recognise.js';
const plugin = async () => { };
test('a default function is a Fastify plugin, with the named export `options`', () => {
    assert.deepEqual(recognise({ default: plugin }), { kind: 'plugin', plugin, options: {} });
    assert.deepEqual(recognise({ default: plugin, options: { bodyLimit: 5 } }), {
        kind: 'plugin',
        plugin,
        options: { bodyLimit: 5 },
    });
});
test('a transpiled CommonJS module has its default inside its default', () => {
    assert.deepEqual(recognise({ default: { __esModule: true, default: plugin } }), {
        kind: 'plugin',
        plugin,
        options: {},
    });
});
test('nothing is exported', () => {
    for (const namespace of [{}, { default: undefined }, { default: {} }, { default: { __esModule: true } }]) {
        assert.deepEqual(recognise(namespace), { kind: 'nothing' });
    }
});
test('anything else is named', () => {
    assert.deepEqual(recognise({ default: { routes: [] } }), {
        kind: 'unknown',
        found: 'the default export is an object',
    });
    assert.deepEqual(recognise({ default: 'hello' }), { kind: 'unknown', found: 'the default export is a string' });
});
