import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderStatus } from '../../rootfs/usr/local/lib/cluster/cli/status.ts';
import { statusOf } from '../../rootfs/usr/local/lib/cluster/pool/decide/pool-status.ts';
import { crash, World } from './support/pool-world.ts';

const container = {
  ready: true,
  draining: false,
  isInMaintenance: false,
  entry: '/app/main.ts',
  processes: [],
  pid: 7,
  uptimeSeconds: 61,
};

test('a line for each slot, also for one without a worker: it says whose worker answers', () => {
  const world = new World({ workers: 1, policy: { slots: 2 } });
  world.passes(1000);
  world.now = 61_000;
  const text = renderStatus({ ...container, ...statusOf(world.state, world.now, () => 42) });
  assert.equal(
    text,
    `ready, up 61 s, primary 7, /app/main.ts
slot  pid  state  uptime  requests  in-flight  loop             delay  memory  restarts  last-exit
0     42   ready  61 s    0         0          10 % (60 s ago)  0 ms   50 MB   0         -
1     -    to 0   0 s     -         -          -                -      -       0         -
`,
  );
});

test('what a slot’s last worker died of stands in its line', () => {
  const world = new World({ workers: 1, policy: { slots: 1 } });
  world.passes(20_000);
  for (const worker of world.ready()) world.exit(worker, crash);
  world.passes(3000);
  const status = statusOf(world.state, world.now, () => 42);
  assert.equal(status.workers[0]?.restarts, 1);
  assert.match(renderStatus({ ...container, ...status }), /^0 +42 +ready .* 1 +crashed 9, 3 s ago$/m);
});

test('a worker that is being drained has a line of its own', () => {
  const world = new World({ workers: 1, policy: { slots: 1, reloadSettleMs: 0 } });
  world.passes(1000);
  const [old] = world.ready();
  world.silent.add(old?.id ?? 0);
  world.happens({ type: 'reload', release: 2 });
  world.passes(500);
  const { isReloading, workers, leaving } = statusOf(world.state, world.now, (id) => id);
  assert.equal(isReloading, true);
  assert.deepEqual([workers[0]?.pid, workers[0]?.state, workers[0]?.release], [2, 'ready', 2]);
  assert.deepEqual([leaving[0]?.pid, leaving[0]?.state], [1, 'draining']);
});
