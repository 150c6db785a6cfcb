// How many processes of each kind, with how much memory, and who gets how much of the time to stop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Machine } from '../../rootfs/usr/local/lib/cluster/machine/machine.ts';
import { nodeOptionsOf, planProcesses, planStop } from '../../rootfs/usr/local/lib/cluster/machine/plan.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';

test('only a pod without a CPU limit is kept from taking all CPUs of its node', () => {
  const workers = (isKubernetes: boolean, hasUnlimitedCpus: boolean, cpus: number) => {
    const plan = planProcesses(settings({}), { ...machine(cpus, 65_536), isKubernetes, hasUnlimitedCpus });
    return [plan.maxWorkers, plan.nginxWorkers];
  };
  assert.deepEqual(workers(true, true, 16), [8, 8]);
  assert.deepEqual(workers(true, true, 4), [4, 4]);
  assert.deepEqual(workers(true, false, 16), [16, 16]);
  assert.deepEqual(workers(false, true, 16), [16, 16]);
});

test('what is set goes before what is computed', () => {
  const { minWorkers, maxWorkers, nginxWorkers } = planProcesses(
    settings({ WORKERS: '2-7', NGINX_WORKER_PROCESSES: '3' }),
    machine(4, 8192),
  );
  assert.deepEqual({ minWorkers, maxWorkers, nginxWorkers }, { minWorkers: 2, maxWorkers: 7, nginxWorkers: 3 });
});

test('a range of workers starts with one for each CPU, within the range', () => {
  const started = [1, 4, 16].map(
    (cpus) => planProcesses(settings({ WORKERS: '2-7' }), machine(cpus, 8192)).startWorkers,
  );
  assert.deepEqual(started, [2, 4, 7]);
});

test('workers share the memory, less what nginx and the primary need', () => {
  const plan = planProcesses(settings({}), machine(2, 1104));
  assert.equal(plan.memoryBytes, 1104 * 1024 ** 2);
  assert.equal(plan.workerMemoryBytes, 512 * 1024 ** 2);
  assert.match(plan.because.workerMemory, /^1104 MB .*, divided by 2$/);
  const single = planProcesses(settings({}), machine(1, 592));
  assert.equal(single.workerMemoryBytes, 512 * 1024 ** 2);
  assert.doesNotMatch(single.because.workerMemory, /divided/);
});

test('there is always at least one worker with a heap that an app can start in', () => {
  for (const cpus of [0.05, 0.25, 1, 3.49, 64]) {
    for (const memoryMb of [16, 64, 128, 300, 100_000]) {
      const plan = planProcesses(settings({}), machine(cpus, memoryMb));
      assert.ok(plan.minWorkers >= 1 && plan.nginxWorkers >= 1 && (plan.heapMb ?? 0) >= 64, JSON.stringify(plan));
    }
  }
});

test('NODE_OPTIONS goes before the heap that is planned', () => {
  const plan = planProcesses(settings({}), machine(1, 1024), '--enable-source-maps --max_old_space_size=900');
  assert.deepEqual(nodeOptionsOf(plan), ['--max-semi-space-size=32']);
  assert.equal(plan.because.heap, 'NODE_OPTIONS');
  assert.deepEqual(
    nodeOptionsOf(
      planProcesses(settings({}), machine(1, 1024), '--max-old-space-size-percentage=60 --max-semi-space-size=4'),
    ),
    [],
  );
});

test('V8 gets the larger a young generation the more memory a worker has', () => {
  const semiSpaceMb = (workerMb: number) => planProcesses(settings({}), machine(1, workerMb + 80)).semiSpaceMb;
  assert.deepEqual([191, 192, 383, 384, 1023, 1024].map(semiSpaceMb), [8, 16, 16, 32, 32, 64]);
});

test('workers are started with the memory that is planned', () => {
  const plan = planProcesses(settings({}), machine(1, 1104));
  assert.deepEqual(nodeOptionsOf(plan), ['--max-old-space-size=717', '--max-semi-space-size=64']);
});

test('enough memory for each worker is no warning', () => {
  for (const [cpus, memoryMb] of [
    [2, 336],
    [1, 144],
    [1, 65_536],
  ] as const) {
    assert.deepEqual(planProcesses(settings({ WORKERS: String(cpus) }), machine(cpus, memoryMb)).warnings, []);
  }
});

test('too little memory for one worker is a warning that says how much it takes', () => {
  const { warnings } = planProcesses(settings({}), machine(1, 143));
  assert.deepEqual(warnings.length, 1);
  assert.match(warnings.join(), /^143 MB of memory are little even for one worker: give the container 208 MB or more/);
  const several = planProcesses(settings({ WORKERS: '2' }), machine(1, 143)).warnings;
  assert.match(several.join('\n'), /^WORKERS=2 leaves 31 MB .*Write WORKERS=1,[^\n]*$/);
});

test('more workers than memory allows is a warning that says how many fit', () => {
  const { warnings } = planProcesses(settings({ WORKERS: '8' }), machine(8, 512));
  assert.match(warnings.join('\n'), /WORKERS=8 leaves 54 MB for each of 8 workers in 512 MB: .*Write WORKERS=3,/);
});

test('a MAX_WORKER_MEMORY that can never be reached is a warning', () => {
  const { warnings } = planProcesses(settings({ MAX_WORKER_MEMORY: '1g' }), machine(1, 512));
  assert.match(warnings.join('\n'), /MAX_WORKER_MEMORY=1024m can never be reached .*Write MAX_WORKER_MEMORY=388m\./);
  const close = planProcesses(settings({ MAX_WORKER_MEMORY: '433m' }), machine(1, 512)).warnings;
  assert.match(close.join(), /MAX_WORKER_MEMORY=433m can never be reached/, 'nginx and the primary need 80 MB');
  const tiny = planProcesses(settings({ MAX_WORKER_MEMORY: '1g' }), machine(1, 100)).warnings;
  assert.match(tiny.join('\n'), /Write MAX_WORKER_MEMORY=32m\./, 'no less than the setting allows');
  assert.deepEqual(planProcesses(settings({ MAX_WORKER_MEMORY: '432m' }), machine(1, 512)).warnings, []);
});

test('few open files mean fewer connections, and a warning that says how to allow more', () => {
  const few = planProcesses(settings({}), { ...machine(1, 512), openFiles: 256 });
  assert.deepEqual([few.nginxConnections, few.nginxOpenFiles], [192, 256]);
  assert.match(
    few.warnings.join('\n'),
    /256 open files allow each nginx worker 192 connections instead of 4096 .*--ulimit nofile=6144/,
  );
  const fewest = planProcesses(settings({}), { ...machine(1, 512), openFiles: 70 });
  assert.deepEqual([fewest.nginxConnections, fewest.nginxOpenFiles], [16, 70]);
  const asSet = planProcesses(settings({ NGINX_WORKER_OPEN_FILES: '1000' }), machine(1, 512));
  assert.deepEqual([asSet.nginxConnections, asSet.nginxOpenFiles], [936, 1000]);
  const many = planProcesses(settings({}), machine(1, 512));
  assert.deepEqual([many.nginxConnections, many.nginxOpenFiles, many.warnings], [4096, 6144, []]);
});

test('as much of a body waits in memory as there is for all connections, from 16 to 128 kB', () => {
  const buffer = (cpus: number, memoryMb: number, environment: Record<string, string> = {}) =>
    planProcesses(settings(environment), machine(cpus, memoryMb)).bodyBufferBytes / 1024;
  assert.deepEqual(
    [64, 512, 1024, 2048, 4096, 65_536].map((memoryMb) => buffer(1, memoryMb)),
    [16, 16, 32, 64, 128, 128],
  );
  assert.equal(buffer(2, 2048), 32, 'two nginx workers have twice as many connections');
  assert.equal(buffer(1, 512, { NGINX_WORKER_CONNECTIONS: '512' }), 128);
  assert.equal(buffer(1, 3000), 64, 'a power of two');
});

test('each number comes with the reason that decided it', () => {
  const because = (cpus: number, memoryMb: number, environment: Record<string, string> = {}, nodeOptions = '') =>
    planProcesses(settings(environment), machine(cpus, memoryMb), nodeOptions).because;
  const reasons = {
    workers: [
      [because(2, 2048), /^one for each CPU: 2, a test$/],
      [because(1.504, 2048), /^one for each CPU: 1.5, rounded, a test$/],
      [because(4, 592), /^one for each CPU/],
      [because(4, 591), /^as many as fit into 591 MB .*CPUs for 4$/],
      [because(2, 2048, { WORKERS: '3' }), /^as set$/],
    ],
    heap: [
      [because(1, 1024), /^70 % of the worker's memory$/],
      [because(1, 128), /^the least/],
      [because(1, 16_384), /^the most/],
      [because(1, 1024, {}, '--max-old-space-size=1'), /^NODE_OPTIONS$/],
    ],
    semiSpace: [
      [because(1, 1024), /^by the worker's memory of 944 MB$/],
      [because(1, 1024, {}, '--max-semi-space-size=1'), /^NODE_OPTIONS$/],
    ],
    nginxWorkers: [
      [because(2, 2048), /^one for each CPU/],
      [because(2, 2048, { NGINX_WORKER_PROCESSES: '2' }), /^as set$/],
    ],
    bodyBuffer: [
      [because(1, 512), /^the least/],
      [because(1, 1024), /^an eighth of 1024 MB, were there 4096/],
      [because(1, 65_536), /^as much as nginx keeps/],
    ],
  } as const;
  for (const [name, cases] of Object.entries(reasons) as [keyof typeof reasons, (typeof reasons)['heap']][]) {
    for (const [given, expected] of cases) assert.match(given[name], expected);
  }
});

test('dev mode has one worker and one process of nginx', () => {
  const { settings: development } = readSettings({ WORKERS: '4' }, 'development');
  const { minWorkers, maxWorkers, nginxWorkers, because } = planProcesses(development, machine(8, 8192));
  assert.deepEqual([minWorkers, maxWorkers, nginxWorkers], [1, 1, 1]);
  assert.match(because.workers, /^dev mode/);
  assert.match(because.nginxWorkers, /^dev mode/);
});

test('the parts of a stop add up to STOP_TIMEOUT', () => {
  for (const [STOP_TIMEOUT, DRAIN_DELAY] of [
    ['25s', '0'],
    ['8s', '5s'],
    ['2m', '1s'],
    ['1s', '900ms'],
  ] as const) {
    const { drainDelayMs, stopTimeoutMs, ...rest } = settings({ STOP_TIMEOUT, DRAIN_DELAY });
    const { requestsMs, workersMs } = planStop({ drainDelayMs, stopTimeoutMs, ...rest });
    assert.equal(drainDelayMs + requestsMs + workersMs, stopTimeoutMs);
    assert.ok(requestsMs > 0 && workersMs > 0);
  }
});

test('the app gets a quarter of the time to stop, five seconds at the most, and all of it without nginx', () => {
  assert.deepEqual(planStop(settings({ STOP_TIMEOUT: '60s' })), { requestsMs: 55_000, workersMs: 5000 });
  assert.deepEqual(planStop(settings({ STOP_TIMEOUT: '10s', DRAIN_DELAY: '2s' })), {
    requestsMs: 6000,
    workersMs: 2000,
  });
  const alone = settings({ STOP_TIMEOUT: '10s', DRAIN_DELAY: '2s', NGINX: 'off' });
  assert.deepEqual(planStop(alone), { requestsMs: 0, workersMs: 8000 });
});

function settings(environment: Environment) {
  return readSettings(environment).settings;
}

function machine(cpus: number, memoryMb: number): Machine {
  return {
    cpus: { value: cpus, source: 'a test' },
    memoryBytes: { value: memoryMb * 1024 ** 2, source: 'a test' },
    hasUnlimitedCpus: false,
    openFiles: 1_048_576,
    isKubernetes: false,
  };
}
