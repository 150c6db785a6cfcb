import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { boot, type Container, runToItsEnd, serve } from './support/container.ts';

const app = 'process-types';

interface Process {
  name: string;
  pid: number | null;
  restarts: number;
}

async function processes(container: Container): Promise<Process[]> {
  const { output } = await container.exec('cluster', 'status', '--json');
  return JSON.parse(output).processes;
}

test('processes run beside the web server: with its environment, restarted, scaled, reloaded, stopped', async (t) => {
  const container = await serve(t, {
    mounts: { '/app': join(import.meta.dirname, '../apps', app) },
    environment: { PROCESSES: 'worker=2,stubborn=1,broken=1', GREETING: 'hi', PROCESS_STOP_TIMEOUT: '500ms' },
    ports: [9000],
    readOnly: true,
    tmpfs: { '/run': 'exec,mode=1777', '/tmp': 'mode=1777' },
    limits: { memoryMb: 1000, cpus: 1 },
  });
  assert.equal(await (await container.get('/')).text(), 'up');
  const environment = { PROCESS_TYPE: 'worker', NODE_ENV: 'production', PORT: '8080', GREETING: 'hi', answer: 42 };
  for (const index of ['0', '1']) {
    const [line] = await container.printed(new RegExp(`.*"PROCESS_INDEX":"${index}".*`));
    assert.deepEqual(JSON.parse(line), { ...environment, PROCESS_INDEX: index });
  }
  // Five shares: one web worker, four processes.
  const { output: configuration } = await container.exec('cluster', 'config', 'print');
  assert.match(configuration, /workerMemory +184 MB .*divided by 5: each web worker, and each process of PROCESSES/);

  await t.test('a process that dies is restarted', async () => {
    const [, , first] = await processes(container);
    assert.equal(first?.name, 'worker-0');
    await container.exec('bash', '-c', `kill -9 ${first?.pid}`);
    const replaced = await until(
      'another worker-0',
      async () => (await processes(container)).find(({ name, restarts }) => name === 'worker-0' && restarts === 1),
      (found) => typeof found?.pid === 'number',
    );
    assert.notEqual(replaced?.pid, first?.pid);
    assert.match(container.output, /process worker-0 was killed by signal 9; restarting it in 1 s/);
  });

  await t.test('a process that fails again and again is named by /readyz, and the web server serves', async () => {
    const body = await until(
      'a failing process',
      async () => (await fetch(`http://127.0.0.1:${container.port(9000)}/readyz`)).text(),
      (text) => text.includes('failing'),
    );
    assert.match(
      body,
      /"status":"ready","failing":\["process broken-0: [3-9] failures in a row, the last one: exited with code 3"\]/,
    );
    assert.equal((await container.get('/')).status, 200);
  });

  await t.test('cluster restart, scale and reload', async () => {
    const restarted = await container.exec('cluster', 'restart', 'worker');
    assert.equal(
      restarted.output,
      'process worker-0 was restarted\nprocess worker-1 was restarted\n2 processes restarted\n',
    );
    assert.equal((await container.exec('cluster', 'scale', 'worker=3')).exitCode, 0);
    await container.printed(/"PROCESS_INDEX":"2"/);
    assert.equal((await container.exec('cluster', 'scale', 'worker=1')).output, '1 worker process\n');
    await container.printed(/worker 2 stopped/);
    assert.deepEqual(
      (await processes(container)).map(({ name }) => name),
      ['broken-0', 'stubborn-0', 'worker-0'],
    );
    assert.match((await container.exec('cluster', 'reload')).output, /done, 1 worker replaced, 3 processes restarted/);
    for (const wrong of ['web=2', 'worker=x', 'nobody=1']) {
      assert.notEqual((await container.exec('cluster', 'scale', wrong)).exitCode, 0, wrong);
    }
    assert.equal((await container.exec('cluster', 'restart', 'nobody')).exitCode, 2);
  });

  await t.test('a process that ignores SIGTERM is killed at a stop, with its children', async () => {
    const { exitCode, output } = await container.stop();
    assert.equal(exitCode, 0);
    assert.match(output, /worker 0 stopped/);
  });
});

test('PROCESS_FAILURE=end: the container ends with the process’s exit code', async (t) => {
  const { exitCode, lastLine } = await runToItsEnd(t, {
    app,
    environment: { PROCESSES: 'broken=1', PROCESS_FAILURE: 'end' },
  });
  assert.equal(exitCode, 3);
  assert.equal(
    lastLine,
    '[cluster] process broken-0 exited with code 3, the third time in a row (PROCESS_FAILURE=end)',
  );
});

test('`process worker` runs one type alone: its environment, signals, exit code and health', async (t) => {
  const container = await boot(t, {
    app,
    command: ['process', 'worker'],
    environment: { HEALTH_COMMAND: 'test -e /tmp/alive', GREETING: 'hi' },
  });
  const [line] = await container.printed(/\{.*\}/);
  assert.deepEqual(JSON.parse(line), {
    PROCESS_TYPE: 'worker',
    PROCESS_INDEX: '0',
    NODE_ENV: 'production',
    PORT: '8080',
    GREETING: 'hi',
    answer: 42,
  });
  assert.equal((await container.exec('health')).exitCode, 1);
  await container.exec('touch', '/tmp/alive');
  assert.equal((await container.exec('health')).exitCode, 0);
  assert.equal((await container.exec('pidof', 'nginx')).exitCode, 1);
  const { exitCode, lastLine } = await container.stop(5);
  assert.equal(lastLine, 'worker 0 stopped');
  assert.equal(exitCode, 0);
  assert.equal((await runToItsEnd(t, { app, command: ['process', 'broken'] })).exitCode, 3);
});

test('what is wrong with Procfile and PROCESSES ends the start with 78 and the remedy', async (t) => {
  const refusals: [environment: Record<string, string>, procfile: string, command: string[], reason: RegExp][] = [
    [{}, 'web: node web.mjs\r\n', [], /app\/Procfile, line 1: Windows line ends/],
    [{ PROCESSES: 'worker=1' }, 'web: node web.mjs\n', [], /has no line `worker: COMMAND`; it has web/],
    [{ PROCESSES: 'web=2' }, 'web: node web.mjs\n', [], /leave out `web`, and set WORKERS/],
    [{}, 'web: node web.mjs\n', ['process', 'worker'], /process worker: app\/Procfile has no line/],
  ];
  const refused = refusals.map(async ([environment, procfile, command, reason]) => {
    const options = { files: { '/app/Procfile': procfile, '/app/web.mjs': '' }, environment };
    const { exitCode, output } = await runToItsEnd(t, command.length === 0 ? options : { ...options, command });
    assert.equal(exitCode, 78, output);
    assert.match(output, reason);
  });
  await Promise.all(refused);
});
