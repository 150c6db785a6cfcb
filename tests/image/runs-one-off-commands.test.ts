// `docker run IMAGE command` runs that command and nothing else, as the same user, and ends with its code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, runToItsEnd } from './support/container.ts';

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

test('a signal is delivered, handled or not', async (t) => {
  const handles = "process.on('SIGTERM', () => { console.log('was asked to stop'); process.exit(5); });";
  const waits = "console.log('waits'); setInterval(() => {}, 1000);";
  const handling = await boot(t, { command: ['node', '--eval', handles + waits] });
  await handling.printed(/waits/);
  const handled = await handling.stop();
  assert.equal(handled.exitCode, 5);
  assert.equal(handled.lastLine, 'was asked to stop');

  const defaulting = await boot(t, { command: ['node', '--eval', waits] });
  await defaulting.printed(/waits/);
  assert.equal((await defaulting.stop()).exitCode, 143);
});

test('Docker’s --init does no harm to a command', async (t) => {
  const { exitCode, output } = await runToItsEnd(t, { init: true, command: ['sh', '-c', 'echo fine; exit 3'] });
  assert.equal(output, 'fine');
  assert.equal(exitCode, 3);
});

test('a command has the app’s environment: NODE_ENV is production unless it is set', async (t) => {
  const command = ['node', '--print', 'process.env.NODE_ENV'];
  assert.equal((await runToItsEnd(t, { command })).output, 'production');
  assert.equal((await runToItsEnd(t, { command, environment: { NODE_ENV: 'staging' } })).output, 'staging');
});
