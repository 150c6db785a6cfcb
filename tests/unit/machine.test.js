import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpusOf } from '../../rootfs/usr/local/lib/cluster/machine/cpus.js';
import { planProcesses, planStop } from '../../rootfs/usr/local/lib/cluster/machine/plan.js';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.js';
const v1 = (quota) => ({
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': `${quota}\n`,
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
});
const v2 = (max) => ({ '/sys/fs/cgroup/cpu.max': `${max}\n` });
const cases = [
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
        assert.equal(cpusOf((path) => files[path], affinity), cpus);
    });
}
test('one worker a CPU, unless WORKERS says otherwise; one nginx worker a CPU', () => {
    assert.deepEqual(planProcesses(readSettings({}), 4), { workers: 4, nginxWorkers: 4 });
    assert.deepEqual(planProcesses(readSettings({ WORKERS: '7' }), 4), { workers: 7, nginxWorkers: 4 });
});
test('the parts of a stop add up to STOP_TIMEOUT', () => {
    for (const [STOP_TIMEOUT, DRAIN_DELAY] of [
        ['25s', '0'],
        ['8s', '5s'],
        ['2m', '1s'],
        ['1s', '900ms'],
    ]) {
        const settings = readSettings({ STOP_TIMEOUT, DRAIN_DELAY });
        const { requestsMs, workersMs } = planStop(settings);
        assert.equal(settings.drainDelayMs + requestsMs + workersMs, settings.stopTimeoutMs);
        assert.ok(requestsMs > 0 && workersMs > 0);
    }
});
