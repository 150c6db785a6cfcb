// What a container may use, and the plan that follows, on recorded machines: tests/unit/machines says where each is from.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { askEcs, ecsLimitsOf } from '../../rootfs/usr/local/lib/cluster/machine/ecs.ts';
import { type Machine, machineOf } from '../../rootfs/usr/local/lib/cluster/machine/machine.ts';
import { nodeOptionsOf, planProcesses, planStop } from '../../rootfs/usr/local/lib/cluster/machine/plan.ts';
import { type Environment, readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';

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
      ecs: ecs === undefined ? undefined : ecsLimitsOf(ecs.task, ecs.container),
      isKubernetes,
    });
    assert.equal(machine.cpus.value, expect.cpus);
    assert.match(machine.cpus.source, sources[expect.cpusFrom]);
    assert.equal(Math.floor(machine.memoryBytes.value / 1024 ** 2), expect.memoryMb);
    assert.match(machine.memoryBytes.source, sources[expect.memoryFrom]);
    const { minWorkers, maxWorkers, heapMb, semiSpaceMb, nginxWorkers } = planProcesses(settings({}), machine);
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

test('what is set goes before what is computed', () => {
  const { minWorkers, maxWorkers, nginxWorkers } = planProcesses(
    settings({ WORKERS: '2-7', NGINX_WORKER_PROCESSES: '3' }),
    machine(4, 8192),
  );
  assert.deepEqual({ minWorkers, maxWorkers, nginxWorkers }, { minWorkers: 2, maxWorkers: 7, nginxWorkers: 3 });
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

test('more workers than memory allows is a warning that says how many fit', () => {
  const { warnings } = planProcesses(settings({ WORKERS: '8' }), machine(8, 512));
  assert.match(warnings.join('\n'), /WORKERS=8 leaves 54 MB for each of 8 workers in 512 MB: .*Write WORKERS=3,/);
});

test('a MAX_WORKER_MEMORY that can never be reached is a warning', () => {
  const { warnings } = planProcesses(settings({ MAX_WORKER_MEMORY: '1g' }), machine(1, 512));
  assert.match(warnings.join('\n'), /MAX_WORKER_MEMORY=1024m can never be reached .*Write MAX_WORKER_MEMORY=388m\./);
});

test('few open files mean fewer connections, and a warning that says how to allow more', () => {
  const few = planProcesses(settings({}), { ...machine(1, 512), openFiles: 256 });
  assert.deepEqual([few.nginxConnections, few.nginxOpenFiles], [192, 256]);
  assert.match(
    few.warnings.join('\n'),
    /256 open files allow each nginx worker 192 connections instead of 4096 .*--ulimit nofile=6144/,
  );
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

test('dev mode has one worker', () => {
  const { settings: development } = readSettings({ WORKERS: '4' }, 'development');
  assert.equal(planProcesses(development, machine(8, 8192)).maxWorkers, 1);
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

test('the ECS endpoint is asked for the task and the container', async (t) => {
  const answers: Record<string, unknown> = {
    '/v4/abc/task': { Limits: { CPU: 0.5, Memory: 1024 } },
    '/v4/abc': { Limits: { CPU: 256, Memory: 768 } },
  };
  const url = await listen(t, (path) => JSON.stringify(answers[path] ?? null));
  assert.deepEqual(await askEcs(`${url}/v4/abc`), { cpus: 0.5, memoryBytes: 768 * 1024 ** 2 });
});

test('an ECS endpoint that is silent, wrong or not there is never an error, and costs a second at the most', async (t) => {
  const silent = await listen(t, () => undefined);
  const startedAt = performance.now();
  assert.equal(await askEcs(silent), undefined);
  assert.ok(performance.now() - startedAt < 3000);
  assert.equal(await askEcs(await listen(t, () => '<html>')), undefined);
  const wrong: (string | undefined)[] = [
    undefined,
    '',
    'http://127.0.0.1:1',
    'http://',
    'file:///etc/passwd',
    'nonsense',
  ];
  for (const endpoint of wrong) assert.equal(await askEcs(endpoint), undefined, String(endpoint));
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

/** @param answer the body for a path; undefined: none ever comes @returns the server's URL */
async function listen(
  t: { after(fn: () => void): void },
  answer: (path: string) => string | undefined,
): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    if (body !== undefined) response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
