// `cluster status` shows the workers, for people and for machines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToItsEnd, serve } from './support/container.ts';

test('cluster status shows a line for each worker', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  const { exitCode, output } = await container.exec('cluster', 'status');
  assert.equal(exitCode, 0);
  assert.match(
    output,
    /^ready, up \d+ s, primary \d+, \/app\/main\.ts\nslot +pid +state +uptime +requests +in-flight +loop +delay +memory +restarts +last-exit\n0 +\d+ +ready .*\n1 +\d+ +ready /,
  );
});

test('cluster status --json is one JSON document', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  const status = JSON.parse((await container.exec('cluster', 'status', '--json')).output);
  assert.equal(status.ready, true);
  assert.deepEqual(
    status.workers.map(({ slot, state }: { slot: number; state: string }) => ({ slot, state })),
    [
      { slot: 0, state: 'ready' },
      { slot: 1, state: 'ready' },
    ],
  );
});

test('cluster status --watch goes on, and Ctrl-C ends it with 0', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  const { exitCode, output } = await container.exec(
    ...['timeout', '--preserve-status', '--signal=INT', '4', 'cluster', 'status', '--watch'],
  );
  assert.equal(exitCode, 0, output);
  assert.ok((output.match(/^slot +pid/gm)?.length ?? 0) >= 2, output);
});

test('without a running server it says so, and an unknown command names the known ones', async (t) => {
  const alone = await runToItsEnd(t, { command: ['cluster', 'status'] });
  assert.equal(alone.exitCode, 1);
  assert.match(
    alone.lastLine,
    /no answer from \/run\/cluster\/admin\.sock \(ENOENT\)\. .*docker exec NAME cluster status/,
  );
  const health = await runToItsEnd(t, { command: ['cluster', 'health'] });
  assert.equal(health.exitCode, 1);
  assert.match(health.lastLine, /no server was started in this container/);
  const unknown = await runToItsEnd(t, { command: ['cluster', 'statsu'] });
  assert.equal(unknown.exitCode, 2);
  assert.match(
    unknown.lastLine,
    /cluster statsu: no such command\. There are: status, reload, restart, scale, maintenance, config, run, build, health\./,
  );
});

test('root without the right to others’ files is told whom to ask as', async (t) => {
  const container = await serve(t, { app: 'workshop', dropCapabilities: true });
  for (const command of ['status', 'reload']) {
    const { exitCode, output } = await container.execAs('0:0', 'cluster', command);
    assert.equal(exitCode, 1);
    assert.match(output, /belongs to user 1000, and user 0 may not use it \(EACCES\)\. .*docker exec --user 1000 NAME/);
  }
});
