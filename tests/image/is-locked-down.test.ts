// Non-root, any user id, nothing that could gain rights, nothing that only development needs.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../../tools/paths.ts';
import { type Options, serve } from './support/container.ts';

const readOnly = { readOnly: true, tmpfs: { '/run': 'exec', '/tmp': '' } };

/** How containers are locked down, by those who do it. */
const cells: Record<string, Options> = {
  'as the image has it': {},
  root: { user: '0:0' },
  'any user id with group 0, as OpenShift chooses it': { user: '1000620000:0', dropCapabilities: true },
  'any user and group': { user: '12345:12345' },
  'a read-only root': readOnly,
  'no capabilities and no new privileges': { dropCapabilities: true },
  'root without capabilities': { user: '0:0', dropCapabilities: true },
  'all of it at once': { user: '12345:12345', dropCapabilities: true, ...readOnly },
  '128 MB': { limits: { memoryMb: 128 } },
  '64 processes and threads': { limits: { pids: 64 } },
  '256 open files': { limits: { openFiles: 256 } },
};
for (const [name, options] of Object.entries(cells)) {
  test(`boots, serves, reloads and stops with ${name}`, async (t) => {
    await bootsServesAndStops(t, options);
  });
}

/** A Kubernetes emptyDir at /run: root's and everybody's, or with fsGroup the group's (the first digit: setgid, sticky). */
const emptyDirs = [
  { mode: 0o777, owner: 0, user: '1000:0' },
  { mode: 0o777, owner: 0, user: '1000:1000' },
  { mode: 0o1777, owner: 0, user: '1000:0' },
  { mode: 0o2777, owner: 1000, user: '1000:1000' },
  { mode: 0o2775, owner: 1000, user: '1000:1000' },
  { mode: 0o2775, owner: 0, user: '1000:0' },
];
for (const { mode, owner, user } of emptyDirs) {
  test(`boots, serves, reloads and stops with /run as a volume of mode ${mode.toString(8)} and group ${owner}, as ${user}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'run-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    chownSync(folder, 0, owner);
    chmodSync(folder, mode);
    await bootsServesAndStops(t, { user, mounts: { '/run': folder }, dropCapabilities: true });
  });
}

async function bootsServesAndStops(t: TestContext, options: Options): Promise<void> {
  // Mounted, since nothing can be copied into a read-only root.
  const mounts = { '/app': join(projectRoot, 'tests/apps/workshop'), ...options.mounts };
  const container = await serve(t, { environment: { WORKERS: '1' }, ...options, mounts });
  const { output } = await container.exec('sh', '-c', 'echo "$(id -u):$(id -g)"');
  assert.equal(output.trim(), options.user ?? '1000:0');
  assert.equal((await container.get('/worker')).status, 200);
  const reload = await container.exec('cluster', 'reload');
  assert.equal(reload.exitCode, 0, reload.output);
  assert.equal((await container.get('/worker')).status, 200);
  assert.equal((await container.stop()).exitCode, 0);
}

test('no file of the image has the suid or sgid bit', async (t) => {
  const container = await serve(t, { user: '0:0' });
  // What it is meant to find, so that it is known to look.
  await container.exec('install', '--mode=4755', '/dev/null', '/tmp/control');
  const { output } = await container.exec('find', '/', '-xdev', '-type', 'f', '-perm', '/6000');
  assert.equal(output.trim(), '/tmp/control');
});

test('nobody but its owner can write a file of the image; folders that all can write are sticky', async (t) => {
  const container = await serve(t, { user: '0:0' });
  await container.exec('install', '--mode=0666', '/dev/null', '/tmp/control');
  const { output } = await container.exec(
    'sh',
    '-c',
    // Files come and go while it looks: those of the compile cache of a worker that boots.
    'find / -xdev -ignore_readdir_race -path /proc -prune -o -perm -0002 ! -type l ! -type s ! \\( -type d -perm -1000 \\) -print',
  );
  assert.equal(output.trim(), '/tmp/control');
});

test('carries no development dependency', async (t) => {
  const container = await serve(t);
  const { output } = await container.exec('sh', '-c', 'ls -d /node_modules/* /node_modules/@*/*');
  const packages = output.split('\n');
  for (const wanted of ['fastify', '@fastify/helmet', 'tsx'])
    assert.ok(packages.includes(`/node_modules/${wanted}`), wanted);
  for (const unwanted of ['typescript', 'testcontainers', '@biomejs/biome', 'node']) {
    assert.ok(!packages.includes(`/node_modules/${unwanted}`), unwanted);
  }
});
