// `docker run IMAGE command` runs that command and nothing else, as the same user, and ends with its code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { boot, type Container, runToItsEnd, serve } from './support/container.ts';

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

const server = `process.on('SIGTERM', () => setTimeout(() => { console.log('finished'); process.exit(0); }, 200));
require('node:http').createServer((_, response) => response.end('alone')).listen(3000, () => console.log('listens'));
`;
const files = {
  '/app/package.json': '{"scripts":{"start":"node server.js","serve":"npm run start"}}',
  '/app/server.js': server,
};

/** CMD of Dockerfiles for other images, as it reaches the entrypoint. */
const oldCommands: Record<string, string[]> = {
  'npm start': ['npm', 'start'],
  'npm run, in two steps': ['npm', 'run', 'serve'],
  'node server.js': ['node', 'server.js'],
  'CMD without brackets': ['/bin/sh', '-c', 'npm start'],
};
for (const [name, command] of Object.entries(oldCommands)) {
  test(`a server of its own (${name}) stops as it likes, and one line says what does not run`, async (t) => {
    const container = await boot(t, { files, command });
    await container.printed(/listens\n/);
    await container.printed(/this command listens on port 3000 by itself: nginx and the workers do not run/);
    const { exitCode, lastLine, output } = await container.stop(5);
    assert.equal(lastLine, 'finished');
    assert.equal(exitCode, 0);
    assert.equal(output.match(/nginx and the workers/g)?.length, 1);
  });
}

test('LOG_LEVEL=warn leaves the line out', async (t) => {
  const container = await boot(t, { files, command: ['node', 'server.js'], environment: { LOG_LEVEL: 'warn' } });
  await container.printed(/listens\n/);
  assert.doesNotMatch((await container.stop(5)).output, /nginx/);
});

test('a command is healthy while it runs; a server is not before it is ready', async (t) => {
  const healthCheck = {
    test: ['CMD', 'health'] as ['CMD', string],
    interval: 200,
    timeout: 2000,
    retries: 1,
    startPeriod: 1,
  };
  const waits = ['node', '--eval', 'setInterval(() => {}, 1000)'];
  for (const command of [waits, ['sh', '-c', 'sleep 60; exit'], ['bash', '-c', 'sleep 60; exit']]) {
    const container = await boot(t, { command, healthCheck });
    assert.equal(await health(container), 'healthy', command.join(' '));
  }
  const hook = { '/app/main.mjs': 'export default async () => {};\n', '/app/prestart.sh': 'echo hangs; sleep 60\n' };
  const booting = await boot(t, { files: hook, healthCheck });
  await booting.printed(/hangs/);
  assert.equal(await health(booting), 'unhealthy');
});

test('`cluster run` runs a command beside the server, as the app would', async (t) => {
  const report = `enum Answer { Yes = 42 }
const { NODE_ENV, PORT, GREETING, HOME } = process.env;
console.log(JSON.stringify({ answer: Answer.Yes, user: process.getuid!(), folder: process.cwd(), NODE_ENV, PORT, GREETING, HOME }));
process.exitCode = 5;
`;
  const main = 'export default async (app) => { app.get("/", async () => "up"); };\n';
  const container = await serve(t, {
    files: { '/app/main.mjs': main, '/app/jobs/report.ts': report },
    environment: { GREETING: 'hello' },
  });
  const wanted = {
    answer: 42,
    user: 1000,
    folder: '/app',
    NODE_ENV: 'production',
    PORT: '8080',
    GREETING: 'hello',
    HOME: '/home/node',
  };
  // ECS Exec is always root.
  for (const user of ['1000:0', '0:0']) {
    const { exitCode, output } = await container.execAs(user, 'cluster', 'run', 'node', 'jobs/report.ts');
    assert.deepEqual(JSON.parse(output), wanted, user);
    assert.equal(exitCode, 5);
  }
  assert.equal((await container.exec('cluster', 'run')).exitCode, 2);
  assert.equal((await container.exec('cluster', 'run', 'no-such-command')).exitCode, 127);
  const listening = 'require("net").createServer().listen(3000, function () { this.close(); })';
  assert.equal((await container.exec('cluster', 'run', 'node', '--eval', listening)).output, '');
});

function health(container: Container): Promise<string | undefined> {
  return until(
    'a verdict of the health check',
    () => container.healthStatus(),
    (status) => status !== 'starting',
  );
}
