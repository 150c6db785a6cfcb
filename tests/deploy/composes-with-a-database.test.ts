// deploy/compose, by `docker compose`: in production the app waits for its database, is locked down and limited, comes
// back after a kill and stops with 0; in development a saved file is answered.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { until } from '../support/deadline.ts';
import { Project } from './support/compose.ts';

let project: Project;

before(async () => {
  project = await Project.of('compose.yaml');
  await project.mustRun('up', '--build', '--wait');
});

after(() => project?.end());

test('it comes up healthy, and the app answers from the database', async () => {
  const added = await add('first');
  assert.equal(added.status, 201);
  assert.equal(await (await project.request('/api/notes')).text(), '[{"id":"1","text":"first"}]');
  for (const service of ['app', 'database']) {
    assert.equal((await project.inspect(service)).State.Health.Status, 'healthy', service);
  }
  const { State: app } = await project.inspect('app');
  const { State: database } = await project.inspect('database');
  const firstAnswer = database.Health.Log.find(({ ExitCode }: { ExitCode: number }) => ExitCode === 0);
  assert.ok(Date.parse(app.StartedAt) > Date.parse(firstAnswer.End), 'the app did not wait');
});

test('it is locked down and limited, and the password is in a file alone', async () => {
  const { HostConfig: host } = await project.inspect('app');
  assert.equal(host.ReadonlyRootfs, true);
  assert.deepEqual(host.CapDrop, ['ALL']);
  assert.ok(host.NanoCpus > 0 && host.Memory > 0 && host.PidsLimit > 0, JSON.stringify(host));
  const database = await project.inspect('database');
  assert.deepEqual(database.HostConfig.PortBindings, {});
  for (const service of ['app', 'database']) {
    const inspected = await project.inspect(service);
    assert.equal(inspected.HostConfig.LogConfig.Config['max-size'], '10m', service);
    assert.ok(!JSON.stringify(inspected).includes('pa55'), service);
  }
  assert.ok(!(await project.mustRun('logs')).includes('pa55'));
  assert.match(await project.mustRun('exec', '-T', 'app', 'cluster', 'config'), /^WORKERS +auto +/m);
});

test('what ends by itself is started again', async () => {
  const kill = ['exec', '-T', 'app', 'sh', '-c', 'kill -9 "$(cat /run/nginx/nginx.pid)"'];
  // nginx is restarted in the container twice within a minute; then it is the container's turn.
  const killOnce = async () => {
    await project.run(kill);
    return (await project.inspect('app')).RestartCount as number;
  };
  await until('a restart of the container', killOnce, (restarts) => restarts > 0, { everyMs: 100 });
  await project.answers('/api/notes', '[{"id":"1","text":"first"}]');
});

test('it outlives a restart of the database', async () => {
  await project.mustRun('restart', 'database');
  await project.answers('/api/notes', '[{"id":"1","text":"first"}]');
});

test('docker compose stop ends both with 0, and what was written is there afterwards', async () => {
  await project.mustRun('stop');
  for (const service of ['app', 'database']) {
    const { Status, ExitCode } = (await project.inspect(service)).State;
    assert.deepEqual({ Status, ExitCode }, { Status: 'exited', ExitCode: 0 }, service);
  }
  await project.mustRun('down');
  await project.mustRun('up', '--wait');
  assert.equal(await (await project.request('/api/notes')).text(), '[{"id":"1","text":"first"}]');
});

test('up with a wrong setting says which one, and the code is 78; so does a check before', async () => {
  project.write('wrong.yaml', 'services: { app: { environment: { WORKERS: many } } }\n');
  const check = await project.run(
    ['run', '--rm', '-T', '--no-deps', 'app', 'cluster', 'config', 'check'],
    ['wrong.yaml'],
  );
  assert.equal(check.code, 78);
  assert.match(check.output, /WORKERS="many": must be/);

  await project.watch(['up'], ['wrong.yaml'], /app-1 +\| .*WORKERS="many": must be `auto` or a number/);
  const waited = await project.run(['up', '--wait'], ['wrong.yaml']);
  assert.notEqual(waited.code, 0);
  await project.exited('app', 78);
});

test('in development a saved file is answered, and production’s database is not touched', async (t) => {
  const development = await start(t, 'compose.yaml', 'compose.dev.yaml');
  assert.equal(await (await development.request('/api/notes')).text(), '[]');
  const main = readFileSync(join(development.folder, 'src/main.ts'), 'utf8');
  development.write(
    'src/main.ts',
    main.replace("app.get('/api/notes', ", "app.get('/api/saved', async () => 'yes');\n$&"),
  );
  await development.answers('/api/saved', 'yes');
  await development.mustRun('stop');
  assert.equal((await development.inspect('app')).State.ExitCode, 0);
});

async function start(t: TestContext, ...files: string[]): Promise<Project> {
  const started = await Project.of(...files);
  t.after(() => started.end());
  await started.mustRun('up', '--build', '--wait');
  return started;
}

function add(text: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return project.request('/api/notes', { method: 'POST', headers, body: JSON.stringify({ text }) });
}
