// deploy/ecs/task-definition.json runs as it stands; and what people get wrong in one is answered with what to write.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amount } from '../image/support/long.ts';
import { until } from '../support/deadline.ts';
import { startTask, type Task, taskDefinition } from './support/ecs.ts';
import { spotEnvironment } from './support/ecs-template.ts';

const secrets = { DATABASE_URL: 'postgres://app:very-secret@db/app' };

test('it gets healthy within the task’s size, serves, and stops with 0 in time', async (t) => {
  const definition = taskDefinition();
  const task = await startTask(t, definition, { secrets, enforcesSize: true });
  await task.inService();
  const clients = startClients(task);
  await clients.answers(100);
  const slow = task.get('/slow?ms=1500');
  await task.container.printed(/slow request began/);

  // What ECS does: first no new requests, then the signal.
  await clients.stop();
  const stoppedAt = performance.now();
  const { exitCode, output } = await task.stop();

  const seconds = (performance.now() - stoppedAt) / 1000;
  assert.equal(exitCode, 0);
  assert.match(output, /^\[cluster\] 1 worker with 1968 MB /m);
  assert.match(output, /^\[cluster\] stopped in .*; no answer was cut$/m);
  assert.equal((await slow).status, 200);
  const { stopTimeout = 0 } = definition.containerDefinitions[0];
  assert.ok(seconds < stopTimeout, `${seconds} s`);
  assert.doesNotMatch(output, /warning|very-secret/);
});

test('its secrets are in the app’s environment', async (t) => {
  const task = await startTask(t, taskDefinition(), { secrets });
  await task.inService();
  const { pid } = (await (await task.get('/worker')).json()) as { pid: number };
  const { output } = await task.container.exec('sh', '-c', `tr '\\0' '\\n' < /proc/${pid}/environ`);
  assert.match(output, /^DATABASE_URL=postgres:\/\/app:very-secret@db\/app$/m);
});

test('it is as large as the metadata endpoint says, where no control group does', async (t) => {
  const task = await startTask(t, taskDefinition(), { command: ['cluster', 'config'] });
  const { output } = await task.container.end();
  assert.match(output, /^cpus +1 +the ECS task's CPU$/m);
  assert.match(output, /^memory +2048 MB +the ECS task's memory$/m);
});

test('on Spot, where the signal comes first, it serves until the load balancer has noticed', async (t) => {
  const environment = Object.entries({ ...spotEnvironment, DRAIN_DELAY: `${amount(3, 30)}s` });
  const definition = taskDefinition({
    environment: environment.map(([name, value]) => ({ name, value })),
    stopTimeout: 120,
  });
  const task = await startTask(t, definition);
  await task.inService();
  const clients = startClients(task);
  await clients.answers(10);

  const ended = task.stop();
  // The load balancer goes by the health path.
  await until(
    '503 by the health path',
    () => task.get('/healthz'),
    ({ status }) => status !== 200,
    { everyMs: 0 },
  );
  assert.equal((await task.get('/worker')).status, 200);
  await clients.stop();

  const { exitCode, output } = await ended;
  assert.equal(exitCode, 0);
  assert.match(output, /^\[cluster\] stopped in .*; no answer was cut$/m);
});

test('with Exec, its shell, which is root’s, may ask and order', async (t) => {
  const { linuxParameters } = taskDefinition().containerDefinitions[0];
  const { capabilities: _, ...withCapabilities } = linuxParameters ?? {};
  const definition = taskDefinition({ readonlyRootFilesystem: false, linuxParameters: withCapabilities });
  const task = await startTask(t, definition);
  await task.inService();
  const status = await task.container.execAs('0:0', 'cluster', 'status');
  assert.equal(status.exitCode, 0, status.output);
  const reload = await task.container.execAs('0:0', 'cluster', 'reload');
  assert.equal(reload.exitCode, 0, reload.output);
});

test('an added init process is refused with the line to change', async (t) => {
  const { linuxParameters } = taskDefinition().containerDefinitions[0];
  const definition = taskDefinition({ linuxParameters: { ...linuxParameters, initProcessEnabled: true } });
  const { exitCode, lastLine } = await (await startTask(t, definition)).container.end();
  assert.equal(exitCode, 100);
  assert.match(lastLine, /ECS: `"initProcessEnabled": false`/);
});

test('a read-only root with nothing to write to is refused with the lines to add', async (t) => {
  const { linuxParameters } = taskDefinition().containerDefinitions[0];
  const definition = taskDefinition({ linuxParameters: { ...linuxParameters, tmpfs: [] } });
  const { exitCode, lastLine } = await (await startTask(t, definition)).container.end();
  assert.equal(exitCode, 100);
  assert.match(lastLine, /ECS: `linuxParameters\.tmpfs` with the mount option "exec"/);
});

test('/run on tmpfs without exec is refused with the word to add', async (t) => {
  const { linuxParameters } = taskDefinition().containerDefinitions[0];
  const tmpfs = ['/run', '/tmp'].map((containerPath) => ({ containerPath, size: 64, mountOptions: [] }));
  const definition = taskDefinition({ linuxParameters: { ...linuxParameters, tmpfs } });
  const { exitCode, lastLine } = await (await startTask(t, definition)).container.end();
  assert.equal(exitCode, 100);
  assert.match(lastLine, /ECS: the mount option "exec"/);
});

/** Volumes in place of memory, for uploads that would not fit: docs/ecs.md. */
function withVolumes() {
  const { linuxParameters } = taskDefinition().containerDefinitions[0];
  return taskDefinition({
    linuxParameters: { ...linuxParameters, tmpfs: [] },
    mountPoints: ['run', 'tmp'].map((name) => ({ sourceVolume: name, containerPath: `/${name}` })),
  });
}

test('volumes that the image does not declare are refused, since Fargate gives them to root', async (t) => {
  const { exitCode, lastLine } = await (await startTask(t, withVolumes())).container.end();
  assert.equal(exitCode, 100);
  assert.match(lastLine, /\/run \(owner 0:0, mode 755\) cannot be written by user 1000, group 0\..*ECS: /);
});

test('it runs on volumes that the image declares', async (t) => {
  const task = await startTask(t, withVolumes(), { imageDeclaresVolumes: true });
  await task.inService();
  assert.equal((await task.get('/worker')).status, 200);
  assert.equal((await task.stop()).exitCode, 0);
});

/** Four that ask for pages, one after the other. */
function startClients(task: Task): { answers(number: number): Promise<void>; stop(): Promise<number> } {
  let answered = 0;
  let isOver = false;
  const ask = async () => {
    for (; !isOver; answered += 1) assert.equal((await task.get('/worker')).status, 200);
  };
  const clients = Promise.all(Array.from({ length: 4 }, ask));
  return {
    /** Resolves when there were so many. */
    answers: async (number) => {
      const seen = until(
        `${number} answers`,
        () => answered,
        (count) => count >= number,
        { everyMs: 20 },
      );
      // A client ends before only where it fails.
      await Promise.race([seen, clients]);
    },
    /** Lets each have its last answer. @returns how many there were */
    stop: async () => {
      isOver = true;
      await clients;
      return answered;
    },
  };
}
