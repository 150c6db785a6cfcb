// The kernel's limits in the layouts that /proc and /sys may have: control groups of version 1, 2 and both at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCgroupLimits } from '../../rootfs/usr/local/lib/cluster/machine/cgroup.ts';

const mebibyte = 1024 ** 2;
/** Mounts that every container has before its control groups. */
const otherMounts = `\
1000 900 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b
1001 1000 0:53 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
1002 1000 0:54 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
`;

function limits(files: Record<string, string>) {
  return readCgroupLimits((path) => files[path]);
}

test('version 2: the limit of a group above ours counts where it is smaller', () => {
  const files = {
    '/proc/self/mountinfo': `${otherMounts}1003 1000 0:27 / /sys/fs/cgroup ro - cgroup2 cgroup rw,nsdelegate\n`,
    '/proc/self/cgroup': '0::/kubepods/pod5f3c/9a1b\n',
    '/sys/fs/cgroup/kubepods/pod5f3c/9a1b/cpu.max': '300000 100000\n',
    '/sys/fs/cgroup/kubepods/pod5f3c/9a1b/memory.max': `${512 * mebibyte}\n`,
    '/sys/fs/cgroup/kubepods/pod5f3c/cpu.max': '50000 100000\n',
    '/sys/fs/cgroup/kubepods/pod5f3c/memory.max': `${1024 * mebibyte}\n`,
    '/sys/fs/cgroup/kubepods/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/kubepods/memory.max': 'max\n',
  };
  assert.deepEqual(limits(files), { cpus: 0.5, memoryBytes: 512 * mebibyte });
});

test('version 2: the limit of the root of our own namespace counts', () => {
  const files = {
    '/proc/self/mountinfo': '29 28 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n',
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/memory.max': `${256 * mebibyte}\n`,
  };
  const expected = { cpus: 1.5, memoryBytes: 256 * mebibyte };
  assert.deepEqual(limits(files), expected);
  assert.deepEqual(limits({ ...files, '/proc/self/cgroup': '' }), expected, 'a group that cannot be read');
});

test('version 1: a group below the one that Docker mounted counts, and so does that one', () => {
  const files = {
    '/proc/self/mountinfo': `${otherMounts}\
82 81 0:29 /docker/b3a4 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
85 81 0:32 /docker/b3a4 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
`,
    '/proc/self/cgroup':
      '5:cpuset:/docker/other\n4:memory:/docker/b3a4/mine\n3:cpuacct,cpu:/docker/b3a4/mine\n0::/docker/b3a4\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${1024 * mebibyte}\n`,
    '/sys/fs/cgroup/cpu,cpuacct/mine/cpu.cfs_quota_us': '100000\n',
    '/sys/fs/cgroup/cpu,cpuacct/mine/cpu.cfs_period_us': '400000\n',
    '/sys/fs/cgroup/memory/mine/memory.limit_in_bytes': `${300 * mebibyte}\n`,
  };
  assert.deepEqual(limits(files), { cpus: 0.25, memoryBytes: 300 * mebibyte });
  const mineUnlimited = {
    ...files,
    '/sys/fs/cgroup/cpu,cpuacct/mine/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/memory/mine/memory.limit_in_bytes': '9223372036854771712\n',
  };
  assert.deepEqual(limits(mineUnlimited), { cpus: 2, memoryBytes: 1024 * mebibyte });
});

test('version 1: a group that is not below the mounted one is not looked for there', () => {
  const files = {
    '/proc/self/mountinfo': '85 81 0:32 /docker/b3a4 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
    '/proc/self/cgroup': '4:memory:/docker/b3a4-of-another/x\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${64 * mebibyte}\n`,
    '/sys/fs/cgroup/memory-of-another/memory.limit_in_bytes': '1\n',
    '/sys/fs/cgroup/memory/-of-another/memory.limit_in_bytes': '1\n',
    '/sys/fs/cgroup/memory/-of-another/x/memory.limit_in_bytes': '1\n',
  };
  assert.equal(limits(files).memoryBytes, 64 * mebibyte);
});

test('both versions: the controllers of each are looked up in its own tree', () => {
  const files = {
    '/proc/self/mountinfo': `${otherMounts}\
30 28 0:26 / /sys/fs/cgroup/unified ro - cgroup2 cgroup2 rw,nsdelegate
31 28 0:27 / /sys/fs/cgroup/systemd ro - cgroup cgroup rw,xattr,name=systemd
32 28 0:28 / /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
33 28 0:29 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
`,
    '/proc/self/cgroup': '9:memory:/of-memory\n8:cpu,cpuacct:/of-cpu\n1:name=systemd:/of-systemd\n0::/of-unified\n',
    '/sys/fs/cgroup/cpu,cpuacct/of-cpu/cpu.cfs_quota_us': '300000\n',
    '/sys/fs/cgroup/cpu,cpuacct/of-cpu/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/of-memory/memory.limit_in_bytes': `${700 * mebibyte}\n`,
    '/sys/fs/cgroup/unified/of-unified/cpu.max': '250000 100000\n',
    '/sys/fs/cgroup/unified/of-unified/memory.max': `${800 * mebibyte}\n`,
  };
  assert.deepEqual(limits(files), { cpus: 2.5, memoryBytes: 700 * mebibyte });
});

test('the name of a group may have a colon', () => {
  const files = {
    '/proc/self/mountinfo': '29 28 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n',
    '/proc/self/cgroup': '0::/system.slice:docker:9a1b\n',
    '/sys/fs/cgroup/system.slice:docker:9a1b/memory.max': `${128 * mebibyte}\n`,
  };
  assert.equal(limits(files).memoryBytes, 128 * mebibyte);
});

test('a limit that is empty, zero or not there is none', () => {
  const none = { cpus: undefined, memoryBytes: undefined };
  assert.deepEqual(limits({}), none);
  const mounted = {
    '/proc/self/mountinfo': `\
29 28 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw
30 28 0:27 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu
`,
    '/proc/self/cgroup': '3:cpu:/\n0::/\n',
  };
  assert.deepEqual(limits(mounted), none);
  for (const [time, period] of [
    ['', ''],
    ['\n', '\n'],
    ['0', '100000'],
    ['100000', '0'],
    ['100000', '\n'],
    ['max', '100000'],
    ['-1', '100000'],
  ] as const) {
    const files = {
      ...mounted,
      '/sys/fs/cgroup/cpu.max': `${time} ${period}`,
      '/sys/fs/cgroup/memory.max': time === '100000' ? '' : time,
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': time,
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': period,
    };
    assert.deepEqual(limits(files), none, JSON.stringify([time, period]));
  }
});
