// Whoever waits for somebody in deploy/ecs waits long enough; and what docs/ecs.md says in figures is so.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEcsLimits } from '../../rootfs/usr/local/lib/cluster/machine/ecs.ts';
import { machineOf } from '../../rootfs/usr/local/lib/cluster/machine/machine.ts';
import { planProcesses, planStop } from '../../rootfs/usr/local/lib/cluster/machine/plan.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { projectRoot } from '../../tools/paths.ts';
import { environmentOf, taskDefinition } from './support/ecs.ts';
import { secondsOf, spot, spotEnvironment, template } from './support/ecs-template.ts';

const definition = taskDefinition();
const [container] = definition.containerDefinitions;
const settings = readSettings(environmentOf(definition)).settings;
const spotSettings = readSettings({ ...environmentOf(definition), ...spotEnvironment }).settings;
const loadBalancer = template.Resources.TargetGroup.Properties;
const deregistrationSeconds = secondsOf('deregistration_delay.timeout_seconds');
const idleSeconds = secondsOf('idle_timeout.timeout_seconds');
/** How long the load balancer sends requests to a target that has begun to answer 503. */
const noticeSeconds =
  loadBalancer.UnhealthyThresholdCount * loadBalancer.HealthCheckIntervalSeconds +
  loadBalancer.HealthCheckTimeoutSeconds;

for (const [capacity, { stopTimeoutMs, drainDelayMs, ...rest }, stopTimeout] of [
  ['on demand', settings, container.stopTimeout],
  ['Spot', spotSettings, spot.StopTimeout],
] as const) {
  test(`${capacity}: a stop is over before ECS kills, and requests in flight have their time in it`, () => {
    const seconds = Number(stopTimeout);
    assert.ok(seconds >= stopTimeoutMs / 1000 + 5, 'the runtime’s own part');
    assert.ok(seconds <= 120, 'the most that Fargate allows');
    const { requestsMs } = planStop({ stopTimeoutMs, drainDelayMs, ...rest });
    assert.ok(requestsMs >= rest.requestTimeoutMs, `${requestsMs} ms`);
  });
}

test('on demand: what was sent before the deregistration is answered, or given up, before the signal', () => {
  assert.ok(settings.requestTimeoutMs <= deregistrationSeconds * 1000);
  assert.equal(settings.drainDelayMs, 0, 'nobody sends any more');
});

test('Spot: it serves until the load balancer has noticed, and the target is gone before the task', () => {
  assert.ok(spotSettings.drainDelayMs / 1000 > noticeSeconds, `${noticeSeconds} s`);
  assert.ok(deregistrationSeconds < 120);
});

test('the load balancer closes idle connections, never the app; and the app’s 504 comes before the load balancer’s', () => {
  assert.ok(idleSeconds * 1000 < settings.keepAliveTimeoutMs);
  assert.ok(settings.requestTimeoutMs < idleSeconds * 1000);
});

test('nobody judges an app that may still be booting', () => {
  const boot = settings.bootTimeoutMs / 1000;
  const passing = loadBalancer.HealthyThresholdCount * loadBalancer.HealthCheckIntervalSeconds;
  assert.ok(template.Resources.Service.Properties.HealthCheckGracePeriodSeconds >= boot + passing);
  assert.ok(Number(container.healthCheck?.startPeriod) >= boot);
});

test('each check is over before the next', () => {
  const { interval = 0, timeout = 0 } = container.healthCheck ?? {};
  assert.ok(loadBalancer.HealthCheckTimeoutSeconds < loadBalancer.HealthCheckIntervalSeconds);
  assert.ok(timeout < interval);
});

test('what is kept in memory leaves the workers what they were promised', () => {
  const tmpfs = container.linuxParameters?.tmpfs ?? [];
  assert.ok(tmpfs.length > 0);
  const mebibytes = tmpfs.reduce((sum, { size = 0 }) => sum + size, 0);
  // The plan gives the heaps 70 % of what workers get; a quarter of the rest is for files.
  assert.ok(mebibytes <= Number(definition.memory) * 0.1, `${mebibytes} MiB`);
});

const page = readFileSync(join(projectRoot, 'docs/ecs.md'), 'utf8');

test('docs/ecs.md: the workers and heaps of its sizes are those that the image computes', () => {
  const rows = sizes();
  assert.ok(rows.length >= 5, `${rows.length} sizes`);
  for (const { cpus, memoryGb, workers, heapMb } of rows) {
    const task = { Limits: { CPU: cpus, Memory: memoryGb * 1024 } };
    // A machine of Fargate's, which shows more than the task may have.
    const files: Record<string, string> = {
      '/sys/devices/system/cpu/online': '0-7',
      '/proc/meminfo': 'MemTotal:       65976184 kB',
    };
    const machine = machineOf((path) => files[path], { ecs: parseEcsLimits(task, {}), isKubernetes: false });
    const plan = planProcesses(settings, machine);
    assert.deepEqual(
      { workers, heapMb },
      { workers: plan.maxWorkers, heapMb: plan.heapMb },
      `${cpus} vCPU, ${memoryGb} GB`,
    );
    assert.deepEqual(plan.warnings, []);
  }
});

test('docs/ecs.md: its costs are its unit prices for 730 hours', () => {
  const [x86, arm] = ['x86', 'ARM'].map((name) => prices(name));
  for (const { cpus, memoryGb, x86Dollars, armDollars } of sizes()) {
    assert.equal(x86Dollars, dollars(cpus, memoryGb, x86), `${cpus} vCPU, ${memoryGb} GB, x86`);
    assert.equal(armDollars, dollars(cpus, memoryGb, arm), `${cpus} vCPU, ${memoryGb} GB, ARM`);
  }
});

/** Rows of the table of sizes: `| 0.25 | 0.5 GB | 1 | 302 MB | $9.01 | $7.21 |` */
function sizes() {
  const row = /^\| ([\d.]+) \| ([\d.]+) GB \| (\d+) \| (\d+) MB \| \$([\d.]+) \| \$([\d.]+) \|/gm;
  return Array.from(page.matchAll(row), ([, cpus, memoryGb, workers, heapMb, x86Dollars, armDollars]) => ({
    cpus: Number(cpus),
    memoryGb: Number(memoryGb),
    workers: Number(workers),
    heapMb: Number(heapMb),
    x86Dollars,
    armDollars,
  }));
}

/** `x86 $0.04048 per vCPU-hour and $0.004445 per GB-hour` */
function prices(architecture: string): { cpu: number; gigabyte: number } {
  const found = new RegExp(`${architecture} \\$([\\d.]+) per vCPU-hour and\\s\\$([\\d.]+) per GB-hour`).exec(page);
  assert.ok(found !== null, architecture);
  return { cpu: Number(found[1]), gigabyte: Number(found[2]) };
}

function dollars(cpus: number, memoryGb: number, price = { cpu: Number.NaN, gigabyte: Number.NaN }): string {
  return (730 * (cpus * price.cpu + memoryGb * price.gigabyte)).toFixed(2);
}
