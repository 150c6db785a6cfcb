// What a container may use, and the plan that follows, on recorded machines: tests/unit/machines says where each is from.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { cpus as hostCpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EcsLimits, parseEcsLimits } from '../../rootfs/usr/local/lib/cluster/machine/ecs.ts';
import { type Machine, machineOf, measureMachine } from '../../rootfs/usr/local/lib/cluster/machine/machine.ts';
import { planProcesses } from '../../rootfs/usr/local/lib/cluster/machine/plan.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';

interface Recording {
  about: string;
  isKubernetes?: boolean;
  ecs?: { task: unknown; container: unknown };
  files: Record<string, string>;
  expect: {
    cpus: number;
    cpusFrom: keyof typeof sources;
    memoryMb: number;
    memoryFrom: keyof typeof sources;
    workers: number;
    heapMb: number;
    semiSpaceMb: number;
    nginxWorkers: number;
  };
}

const sources = { host: /host/, cpuset: /cpuset/, limit: /limit \(cgroup\)/, ecs: /ECS task/ };
const folder = join(import.meta.dirname, 'machines');

const recordings = globSync('*.json', { cwd: folder }).sort();

test('there are recordings', () => assert.ok(recordings.length >= 15, `${recordings.length} in ${folder}`));

for (const name of recordings) {
  const {
    about,
    files,
    ecs,
    isKubernetes = false,
    expect,
  }: Recording = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  test(`${name}: ${about}`, () => {
    const machine = machineOf((path) => files[path], {
      ecs: ecs === undefined ? undefined : parseEcsLimits(ecs.task, ecs.container),
      isKubernetes,
    });
    assert.equal(machine.cpus.value, expect.cpus);
    assert.match(machine.cpus.source, sources[expect.cpusFrom]);
    assert.equal(Math.floor(machine.memoryBytes.value / 1024 ** 2), expect.memoryMb);
    assert.match(machine.memoryBytes.source, sources[expect.memoryFrom]);
    const { minWorkers, maxWorkers, heapMb, semiSpaceMb, nginxWorkers } = planProcesses(
      readSettings({}).settings,
      machine,
    );
    assert.deepEqual(
      { minWorkers, maxWorkers, heapMb, semiSpaceMb, nginxWorkers },
      {
        minWorkers: expect.workers,
        maxWorkers: expect.workers,
        heapMb: expect.heapMb,
        semiSpaceMb: expect.semiSpaceMb,
        nginxWorkers: expect.nginxWorkers,
      },
    );
  });
}

test('a machine whose files cannot be read is taken for a small one without limits', () => {
  const { cpus, memoryBytes, openFiles } = machineOf(() => undefined, { ecs: undefined, isKubernetes: false });
  assert.deepEqual([cpus.value, memoryBytes.value, openFiles], [1, 1024 ** 3, Number.POSITIVE_INFINITY]);
  const empty = machineOf(() => '\n', { ecs: undefined, isKubernetes: false });
  assert.deepEqual([empty.cpus.value, empty.memoryBytes.value], [1, 1024 ** 3]);
});

test('a process may open as many files as its hard limit says', () => {
  const limits = (hard: string) => `\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max processes             96264                96264                processes 
Max open files            1024                 ${hard.padEnd(21)}files     
Max locked memory         8388608              8388608              bytes     
`;
  const openFiles = (hard: string) => host({ '/proc/self/limits': limits(hard) }).openFiles;
  assert.equal(openFiles('524288'), 524_288);
  assert.equal(openFiles('unlimited'), Number.POSITIVE_INFINITY);
});

test('the CPUs of a list are counted, wherever it begins', () => {
  for (const [allowed, cpus] of [
    ['0', 1],
    ['4-7', 4],
    ['1,3', 2],
    ['0-3,8', 5],
    ['2-3,6-7,12', 5],
  ] as const) {
    assert.equal(
      host({ '/proc/self/status': `Name:\tnode\nCpus_allowed_list:\t${allowed}\n` }).cpus.value,
      cpus,
      allowed,
    );
  }
});

test('CPUs are unlimited only where nothing limits them, even if the limit is all of them', () => {
  assert.equal(host({}).hasUnlimitedCpus, true);
  assert.equal(host({ '/proc/self/status': 'Cpus_allowed_list:\t0-7\n' }).hasUnlimitedCpus, false, 'a cpuset');
  assert.equal(host({ '/sys/fs/cgroup/cpu.max': '1600000 100000\n' }).hasUnlimitedCpus, false, 'a quota of all CPUs');
  assert.equal(host({ '/sys/fs/cgroup/cpu.max': '3200000 100000\n' }).hasUnlimitedCpus, false, 'a quota of more');
  assert.equal(host({}, { cpus: 16, memoryBytes: undefined }).hasUnlimitedCpus, false, 'ECS, of all CPUs');
});

test('Kubernetes is known by the variable that it sets', async () => {
  assert.equal((await measureMachine({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).isKubernetes, true);
  assert.equal((await measureMachine({})).isKubernetes, false);
});

test('the machine of this test is measured, and has no more than Node sees', {
  skip: !existsSync('/proc/meminfo'),
}, async () => {
  const { cpus, memoryBytes, openFiles } = await measureMachine({});
  assert.ok(cpus.value > 0 && cpus.value <= hostCpus().length, String(cpus.value));
  assert.ok(memoryBytes.value > 0 && memoryBytes.value <= totalmem(), String(memoryBytes.value));
  assert.notEqual(memoryBytes.value, 1024 ** 3, 'the size of a machine that cannot be read');
  assert.ok(openFiles > 0);
});

/** A host of 16 CPUs and 64 GiB with control groups of version 2, and what differs on it. */
function host(files: Record<string, string>, ecs?: EcsLimits): Machine {
  const all: Record<string, string> = {
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': '29 28 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n',
    '/proc/self/status': 'Cpus_allowed_list:\t0-15\n',
    '/proc/meminfo': 'MemTotal:       65793516 kB\n',
    '/sys/devices/system/cpu/online': '0-15\n',
    ...files,
  };
  return machineOf((path) => all[path], { ecs, isKubernetes: false });
}
