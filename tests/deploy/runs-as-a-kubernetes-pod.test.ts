// The pod of deploy/kubernetes in Docker, with the user, rights, volumes, limits, probes and stop that its manifest gives
// it, as kubelet would: on a cluster of its own, and on OpenShift, which chooses the user.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { suite, test } from 'node:test';
import { buildApp } from '../image/support/build.ts';
import { Load } from '../image/support/load.ts';
import { deadlineSignal, defaultDeadlineMs, until } from '../support/deadline.ts';
import { type Admission, bytes, isSuccess, type Pod, removeLeftVolumes, runPod } from './support/kubernetes.ts';

const chosen = 1_000_680_000;
const clusters: { name: string; admission: Admission; user: string; groups: string; emptyDir: string }[] = [
  { name: 'Kubernetes', admission: {}, user: '1000:0', groups: '0', emptyDir: '777 0:0' },
  {
    name: 'OpenShift',
    admission: { user: chosen, fsGroup: chosen },
    user: `${chosen}:0`,
    groups: `0 ${chosen}`,
    emptyDir: `2777 0:${chosen}`,
  },
];

// At the same time: most of it is waiting.
suite('the pod', { concurrency: true }, async () => {
  await removeLeftVolumes();
  const pool = buildApp('pool');
  const slowBoot = buildApp('slow-boot');

  for (const { name, admission, user, groups, emptyDir } of clusters) {
    test(`on ${name}: gets ready, has no more rights than it should, and loses no request when it is stopped`, async (t) => {
      const pod = await (await runPod(t, await pool, admission)).ready();
      assert.ok(isSuccess(await pod.probe(pod.container.livenessProbe)));

      assert.equal(await pod.exec('sh', '-c', 'echo "$(id -u):$(id -g)"'), user);
      assert.equal(await pod.exec('id', '-G'), groups);
      assert.equal(await pod.exec('stat', '-c', '%a %u:%g', '/run', '/tmp'), `${emptyDir}\n${emptyDir}`);
      assert.equal(
        await pod.exec('sh', '-c', 'touch /app/x 2>&1 || true'),
        "touch: cannot touch '/app/x': Read-only file system",
      );
      const status = await pod.exec('cat', '/proc/1/status');
      for (const line of [/^CapPrm:\t0+$/m, /^CapBnd:\t0+$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m]) {
        assert.match(status, line);
      }
      await assertFitsLimits(pod);

      const load = new Load(pod).start(t);
      await load.next(100);
      const exitCode = pod.terminate();
      // The endpoint is removed while the signal is under way; the last to notice is who goes by readiness.
      await pod.fails(pod.container.readinessProbe);
      const { requests, failures } = await load.stop();
      t.diagnostic(`${requests} requests`);
      assert.deepEqual(failures, [], `${failures.length} of ${requests} requests failed`);
      assert.equal(await exitCode, 0);
      assert.match(await pod.logs(), /stopped in .* of full service, .*; no answer was cut/);
    });
  }

  test('is neither started nor ready while the app takes its time, but live; then it is all', async (t) => {
    const pod = await runPod(t, await slowBoot, {}, { BOOT_MS: '6000' });
    const { startupProbe, readinessProbe, livenessProbe } = pod.container;
    // Nobody answers until the primary runs.
    await until(
      'the primary',
      () => pod.probe(livenessProbe),
      (status) => status !== 0,
      { everyMs: 100 },
    );
    const probes = [startupProbe, readinessProbe, livenessProbe];
    assert.deepEqual(await Promise.all(probes.map((probe) => pod.probe(probe))), [503, 503, 200]);
    await pod.ready();
    assert.equal((await fetch(pod.url('/'), { signal: deadlineSignal(defaultDeadlineMs, '/') })).status, 200);
  });
});

/** Workers and their memory come from the limits of the manifest. */
async function assertFitsLimits(pod: Pod): Promise<void> {
  const { cpu, memory } = pod.container.resources.limits;
  const [, workers, megabytes] = /(\d+) workers? with (\d+) MB/.exec(await pod.logs()) ?? [];
  assert.equal(Number(workers), Math.min(Number(cpu), availableParallelism()));
  const share = (Number(workers) * Number(megabytes) * 1024 ** 2) / bytes(memory);
  assert.ok(share > 0.7 && share < 1, `the workers have ${share} of the memory`);
}
