// What an app exports is served at once, unless it is likely to listen by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Patience, patienceFor } from '../../rootfs/usr/local/lib/cluster/app/own-listen.ts';
import { recognise } from '../../rootfs/usr/local/lib/cluster/app/recognise.ts';

const listener = Object.assign(() => {}, { handle() {}, use() {}, listen() {} });
const registersElsewhere = async (options: { register: unknown }, more: unknown) => [options, more];

const cases: Record<string, [exported: unknown, source: string, patience: Patience]> = {
  'a plugin that registers routes': [(a: { get(...args: unknown[]): void }) => a.get('/', () => {}), '', 'none'],
  'a plugin by the name of its parameter': [async (fastify: unknown) => fastify, '', 'none'],
  'a program for a shell that exports such a plugin': [
    async (fastify: unknown) => fastify,
    '#!/usr/bin/env node',
    'none',
  ],
  'a function of which nothing is known': [registersElsewhere, '', 'a-moment'],
  'the same of a program for a shell': [registersElsewhere, '#!/usr/bin/env node\n', 'idle'],
  'a function without parameters': [async () => {}, '', 'idle'],
  'an Express app': [listener, 'module.exports = app', 'none'],
  'an Express app, and a listen()': [listener, 'start().then(() => app.listen(3000))', 'a-moment'],
  'an object with fetch': [{ fetch() {} }, 'server.listen()', 'none'],
  'what cannot be served': [{ start() {} }, '', 'idle'],
};

for (const [name, [exported, source, patience]] of Object.entries(cases)) {
  test(`${name}: ${patience}`, () => {
    assert.equal(
      patienceFor(recognise({ default: exported }), () => source),
      patience,
    );
  });
}
