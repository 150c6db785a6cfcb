import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpusOf } from '../../rootfs/usr/local/lib/cluster/machine/cpus.ts';
import { planProcesses, planStop } from '../../rootfs/usr/local/lib/cluster/machine/plan.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';

const v1 = (quota: string) => ({
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': `${quota}\n`,
  '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
});
const v2 = (max: string) => ({ '/sys/fs/cgroup/cpu.max': `${max}\n` });

const cases: [what: string, files: Record<string, string>, affinity: number, cpus: number][] = [
  ['no quota: what the scheduler allows', {}, 8, 8],
  ['cgroup v2 without a limit', v2('max 100000'), 8, 8],
  ['cgroup v2, --cpus=2', v2('200000 100000'), 8, 2],
  ['cgroup v2, --cpus=0.25: never below one', v2('25000 100000'), 8, 1],
  ['cgroup v2, --cpus=1.25', v2('125000 100000'), 8, 1],
  ['cgroup v2, --cpus=1.5: half a CPU more is one more', v2('150000 100000'), 8, 2],
  ['cgroup v1 without a limit', v1('-1'), 8, 8],
  ['cgroup v1, --cpus=1', v1('100000'), 2, 1],
  ['affinity is smaller than the quota', v2('400000 100000'), 2, 2],
  ['nonsense counts as no quota', v2('what is this'), 4, 4],
];
for (const [what, files, affinity, cpus] of cases) {
  test(`CPUs, ${what}`, () => {
    assert.equal(
      cpusOf((path) => files[path], affinity),
      cpus,
    );
  });
}

test('one worker a CPU, unless WORKERS says otherwise; one nginx worker a CPU', () => {
  const { memoryBytes: _, ...plan } = planProcesses(readSettings({}), 4);
  assert.deepEqual(plan, { minWorkers: 4, maxWorkers: 4, startWorkers: 4, nginxWorkers: 4 });
  assert.equal(planProcesses(readSettings({ WORKERS: '7' }), 4).maxWorkers, 7);
  assert.equal(planProcesses(readSettings({ WORKERS: '2-7' }), 4).startWorkers, 4);
});

test('the parts of a stop add up to STOP_TIMEOUT', () => {
  for (const [STOP_TIMEOUT, DRAIN_DELAY] of [
    ['25s', '0'],
    ['8s', '5s'],
    ['2m', '1s'],
    ['1s', '900ms'],
  ] as const) {
    const settings = readSettings({ STOP_TIMEOUT, DRAIN_DELAY });
    const { requestsMs, workersMs } = planStop(settings);
    assert.equal(settings.drainDelayMs + requestsMs + workersMs, settings.stopTimeoutMs);
    assert.ok(requestsMs > 0 && workersMs > 0);
  }
});
