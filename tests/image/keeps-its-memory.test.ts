// However often workers are replaced, the primary and nginx stay as they were.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from './support/container.ts';
import { Load } from './support/load.ts';
import { amount } from './support/long.ts';
import { servePool, statusOf } from './support/workers.ts';

const workers = 4;
/** So far memory may rise and fall by itself: V8 collects garbage when it has to. */
const slackKb = 12_000;

test(`the memory of primary and nginx does not grow over ${amount(12, 200)} replacements`, async (t) => {
  const container = await servePool(t, String(workers), { environment: { RELOAD_SETTLE: '0' } });
  const { pid } = await statusOf(container);
  const replace = async (times: number) => {
    for (let reload = 0; reload < times / workers; reload += 1) {
      assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
    }
  };
  const load = new Load(container).start(t);
  await replace(amount(4, 40));
  const before = await memoryOf(container, pid);
  await replace(amount(12, 200));
  const after = await memoryOf(container, pid);
  const { failures } = await load.stop();

  t.diagnostic(`kB before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`);
  for (const [name, kb] of Object.entries(after)) {
    assert.ok(kb < (before[name] ?? 0) + slackKb, `${name} grew from ${before[name]} to ${kb} kB`);
  }
  assert.deepEqual(failures, []);
  const { output } = await container.exec('sh', '-c', 'ls /run/cluster/worker-* /run/cluster/workers/* | wc -l');
  assert.equal(Number(output), 2 * workers, 'something of the dead is left');
});

/** Resident memory in kB, by process: `primary`, `nginx` (its master) and each of its workers. */
async function memoryOf(container: Container, primary: number): Promise<Record<string, number>> {
  const script = `
    master=$(cat /run/nginx/nginx.pid)
    for pid in ${primary} $master $(cat /proc/$master/task/$master/children); do
      grep VmRSS /proc/$pid/status | tr -dc '0-9\n'
    done`;
  const kb = (await container.exec('sh', '-c', script)).output.trim().split('\n').map(Number);
  return Object.fromEntries(kb.map((value, index) => [['primary', 'nginx'][index] ?? `nginx ${index - 1}`, value]));
}
