// Wrong settings end the container with 78 and say what to write instead; `cluster config` says what is in force, and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildApp } from './support/build.ts';
import { runToItsEnd, serve } from './support/container.ts';

test('every problem has a line that says what to write instead, and the container ends with 78', async (t) => {
  const { exitCode, output } = await runToItsEnd(t, {
    environment: { WOKRERS: '3', NGINX_MAX_UPLOAD: '10MB', TRUSTED_PROXIES: '10.0.0.0/33' },
  });
  assert.equal(exitCode, 78);
  const lines = output.split('\n').sort();
  assert.equal(lines.length, 3, output);
  assert.match(lines[0] ?? '', /^\[cluster\] NGINX_MAX_UPLOAD="10MB": .* Write NGINX_MAX_UPLOAD=10m\.$/);
  assert.match(
    lines[1] ?? '',
    /^\[cluster\] TRUSTED_PROXIES="10\.0\.0\.0\/33": .* Write TRUSTED_PROXIES=10\.0\.0\.0\/8\.$/,
  );
  assert.match(lines[2] ?? '', /^\[cluster\] warning: WOKRERS is not a setting of this image\..* write WORKERS=3\.$/);
});

test('a warning does not keep it from starting, and one line sums up what is in force', async (t) => {
  const container = await serve(t, {
    environment: { WOKRERS: '3', WORKERS: '1', NGINX_WORKER_PROCESSES: '1', STOP_TIMEOUT: '9s' },
    limits: { memoryMb: 300 },
  });
  await container.printed(/^\[cluster\] warning: WOKRERS is not a setting/m);
  await container.printed(
    /^\[cluster\] 1 worker with 220 MB \(heap 154 MB\); nginx: 1 worker, port 8080, uploads up to 10m, 504 after 60 s; a stop within 9 s$/m,
  );
});

test('cluster config print says of each value where it comes from, and why it was computed so', async (t) => {
  const container = await serve(t, {
    environment: { LISTEN_PORT: '8080', STOP_TIMEOUT: '20' },
    limits: { cpus: 1.5, memoryMb: 700 },
  });
  const { exitCode, output } = await container.exec('cluster', 'config', 'print');
  assert.equal(exitCode, 0);
  for (const line of [
    /^PORT +8080 +environment, LISTEN_PORT$/m,
    /^STOP_TIMEOUT +20s +environment, STOP_TIMEOUT$/m,
    /^DRAIN_DELAY +0 +default$/m,
    /^workers +2 +one for each CPU: 1\.5, rounded, the container's CPU limit \(cgroup\)$/m,
    /^workerMemory +310 MB +700 MB \(the container's memory limit \(cgroup\)\) less 80 MB for nginx and the primary, divided by 2$/m,
    /^workerHeap +217 MB +70 % of the worker's memory$/m,
  ]) {
    assert.match(output, line);
  }
});

test('cluster config print --json is one JSON document', async (t) => {
  const { output } = await runToItsEnd(t, {
    command: ['cluster', 'config', 'print', '--json'],
    environment: { WORKERS: '2-4' },
  });
  const { settings, computed, warnings } = JSON.parse(output);
  assert.deepEqual(settings.WORKERS, {
    value: { min: 2, max: 4 },
    text: '2-4',
    from: { kind: 'environment', variable: 'WORKERS' },
  });
  assert.equal(computed.workersMin.value, 2);
  assert.equal(computed.workersMax.value, 4);
  assert.deepEqual(warnings, []);
});

test('cluster config nginx prints the file that nginx runs with', async (t) => {
  const container = await serve(t, { environment: { TRUSTED_PROXIES: '10.0.0.0/8' } });
  const printed = await container.exec('cluster', 'config', 'nginx');
  const { output } = await container.exec('cat', '/run/nginx/nginx.conf');
  assert.equal(printed.output, output);
  assert.match(output, /set_real_ip_from 10\.0\.0\.0\/8;/);
});

test('cluster config check runs in a Dockerfile, and fails the build with the reason', async () => {
  await buildApp('workshop', 'RUN cluster config check');
  await assert.rejects(
    buildApp('workshop', 'ENV PORT=x', 'RUN cluster config check'),
    ({ output }: { output: string }) => /PORT="x": must be a port between 1 and 65535/.test(output),
  );
});

test('cluster config check finds what is wrong with the app, too, and leaves nothing behind', async (t) => {
  const { exitCode, lastLine } = await runToItsEnd(t, {
    command: ['cluster', 'config', 'check'],
    files: { '/app/notes.txt': 'no app' },
  });
  assert.equal(exitCode, 78);
  assert.match(lastLine, /no app found in \/app/);
  const container = await serve(t, { app: 'workshop' });
  const check = await container.exec('cluster', 'config', 'check');
  assert.equal(check.exitCode, 0, check.output);
  assert.match(check.output, /^ok: app\/main\.ts, the first of the usual names; \d+ worker/);
  assert.equal((await container.exec('ls', '/tmp')).output, '');
});

test('cluster config check says what it needs where nothing can be written', async (t) => {
  const end = await runToItsEnd(t, { command: ['cluster', 'config', 'check'], readOnly: true });
  assert.equal(end.exitCode, 1);
  assert.match(end.lastLine, /\/tmp cannot be written \(EROFS\).*--tmpfs \/tmp/);
});

test('cluster config help explains a setting, and an unknown one names the known', async (t) => {
  const known = await runToItsEnd(t, { command: ['cluster', 'config', 'help', 'WEB_CONCURRENCY'] });
  assert.match(known.output, /^WORKERS \(also WEB_CONCURRENCY\)\n {2}How many workers[\s\S]*example: WORKERS=2-8/);
  const unknown = await runToItsEnd(t, { command: ['cluster', 'config', 'help', 'WOKRERS'] });
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.lastLine, /^WOKRERS: no such setting\. There are: APP_MODULE, /);
  const subcommand = await runToItsEnd(t, { command: ['cluster', 'config', 'chekc'] });
  assert.equal(subcommand.exitCode, 2);
  assert.match(subcommand.lastLine, /cluster config chekc: no such command\. There are: check, print, nginx, help\./);
});
