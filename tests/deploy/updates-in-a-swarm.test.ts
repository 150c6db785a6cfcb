// deploy/swarm/stack.yaml in a swarm of this one machine, as docs/swarm.md has it: under load that checks every answer, no
// request is lost by an update, a roll-back, or another number of replicas.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Load, type Outcome } from '../image/support/load.ts';
import { amount } from '../image/support/long.ts';
import { deadlineSignal, defaultDeadlineMs } from '../support/deadline.ts';
import { type Replica, type Stack, swarm } from './support/swarm.ts';

test('a stack of three replicas behind a balancer', async (t) => {
  const stack = await swarm(t);
  if (stack === undefined) return;
  const releases = [stack.build('pool', '1'), stack.build('pool', '2')] as const;
  const broken = stack.build('throws-at-import', '3');
  await stack.start(releases[0]);

  await t.test('runs each replica locked down and within its limits', async () => {
    for (const { container } of await stack.settled(3)) {
      const { HostConfig } = await stack.inspect(container);
      assert.equal(HostConfig.ReadonlyRootfs, true);
      assert.deepEqual(HostConfig.CapDrop, ['ALL']);
      assert.equal(HostConfig.Memory, 512 * 1024 ** 2);
      assert.equal(HostConfig.NanoCpus, 1e9);
      assert.equal(HostConfig.PidsLimit, 256);
    }
  });

  await t.test('tells replicas who the client is, whatever that claims', async () => {
    const headers = { 'x-request-id': 'who-is-it', 'x-forwarded-for': '203.0.113.7' };
    const signal = deadlineSignal(defaultDeadlineMs, 'the response to /echo');
    assert.equal((await fetch(stack.url('/echo'), { headers, signal })).status, 200);
    const [, client = ''] = await stack.printed(/"id":"who-is-it","client":"([^"]+)"/);
    assert.notEqual(client, '203.0.113.7');
    // That would be the balancer's own, in the overlay network.
    assert.doesNotMatch(client, /^10\.0\./);
  });

  await t.test('is brought to another release without a lost request', async (t) => {
    const { requests, failures } = await underLoad(t, stack, async () => {
      for (let update = 1; update <= amount(1, 4); update += 1) {
        const release = releases[update % 2] as string;
        assert.equal(await stack.deploy(release), 'completed');
        assert.deepEqual(releasesOf(await stack.settled(3)), [release]);
      }
    });
    assert.deepEqual(failures, [], `${failures.length} of ${requests} requests failed`);
  });

  await t.test('overcomes a killed replica: no GET fails, and of POST only those in flight in it', async (t) => {
    let kills = 0;
    const { requests, failures } = await underLoad(t, stack, async () => {
      for (; kills < amount(1, 5); kills += 1) {
        const { container } = (await stack.settled(3))[0] as Replica;
        await stack.kill(container);
        await stack.settled(3, container);
      }
    });
    t.diagnostic(`${kills} kills, ${requests} requests, ${failures.length} POSTs in flight were lost`);
    assert.deepEqual(
      failures.filter(({ method, what }) => method !== 'POST' || what !== '502'),
      [],
    );
    // Each of the four clients that POST has one request under way.
    assert.ok(failures.length <= 4 * kills, JSON.stringify(failures));
  });

  const long = amount(0, 1) === 0 ? { skip: 'in npm run test:long' } : {};

  await t.test('takes back a release that does not start, and nobody notices', long, async (t) => {
    const before = await stack.settled(3);
    const { requests, failures } = await underLoad(t, stack, async () => {
      assert.equal(await stack.deploy(broken), 'rollback_completed');
    });
    assert.deepEqual(failures, [], `${failures.length} of ${requests} requests failed`);
    assert.deepEqual(await stack.settled(3), before, 'the old replicas go on');
    assert.match(
      await stack.failure(broken),
      /^\[cluster\] .*: the app exited with code 1 .*: Error: no database here$/m,
    );
  });

  await t.test('has five replicas, then two, without a lost request', long, async (t) => {
    const { requests, failures } = await underLoad(t, stack, async () => {
      await stack.scale(5);
      await stack.scale(2);
    });
    assert.deepEqual(failures, [], `${failures.length} of ${requests} requests failed`);
  });
});

/** Before and after it, there is load for a moment, too. */
async function underLoad(t: TestContext, stack: Stack, what: () => Promise<unknown>): Promise<Outcome> {
  const load = new Load(stack).start(t);
  await load.next(100);
  await what();
  await load.next(100);
  const outcome = await load.stop();
  t.diagnostic(`${outcome.requests} requests`);
  return outcome;
}

function releasesOf(replicas: readonly Replica[]): string[] {
  return [...new Set(replicas.map(({ image }) => image))];
}
