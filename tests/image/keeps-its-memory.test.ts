// However often workers are replaced, the primary and nginx stay as they were.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from './support/container.ts';
import { Load } from './support/load.ts';
import { amount } from './support/long.ts';
import { servePool, statusOf } from './support/workers.ts';

const workers = 4;
const replacements = amount(24, 200);
/**
 * What a replacement may leave behind: the resolution of this test. In all it is 12 MB, of which memory rises and falls by
 * 2.5 MB by itself (30 reloads, measured after each): V8 collects garbage when it has to. So a leak of 1 MB shows in the
 * short form, too: it is twice what is allowed.
 */
const resolutionKb = amount(500, 60);

test(`the memory of primary and nginx does not grow over ${replacements} replacements`, async (t) => {
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
  await replace(replacements);
  const after = await memoryOf(container, pid);
  const { failures } = await load.stop();

  t.diagnostic(`kB before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`);
  assert.deepEqual(Object.keys(after), Object.keys(before));
  for (const [name, kb] of Object.entries(after)) {
    const growthKb = kb - (before[name] ?? 0);
    assert.ok(growthKb < replacements * resolutionKb, `${name} grew from ${before[name]} to ${kb} kB`);
  }
  assert.deepEqual(failures, []);
  const { output } = await container.exec('sh', '-c', 'ls /run/cluster/worker-* /run/cluster/workers/* | wc -l');
  assert.equal(Number(output), 2 * workers, 'something of the dead is left');
});

/**
 * Memory in kB, by process: `primary`, `nginx` (its master) and each of its workers. Only what is their own (RssAnon): the
 * pages of files come and go as the kernel likes. https://docs.kernel.org/filesystems/proc.html
 */
async function memoryOf(container: Container, primary: number): Promise<Record<string, number>> {
  const script = `
    master=$(cat /run/nginx/nginx.pid)
    for pid in ${primary} $master $(cat /proc/$master/task/$master/children); do
      grep RssAnon /proc/$pid/status | tr -dc '0-9\n' || exit 1
    done`;
  const { exitCode, output } = await container.exec('sh', '-c', script);
  const kb = output.trim().split('\n').map(Number);
  assert.ok(exitCode === 0 && kb.length >= 3 && kb.every((value) => value > 100), output);
  return Object.fromEntries(kb.map((value, index) => [['primary', 'nginx'][index] ?? `nginx ${index - 1}`, value]));
}
