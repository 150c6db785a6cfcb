// Random events in random order, thousands of times over: what has to hold always does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../rootfs/usr/local/lib/cluster/pool/decide/state.ts';
import { clean, crash, killed, policy, seeded, World } from './support/pool-world.ts';

/** Fewer in a mutation test, which runs them for each mutant. */
const runs = Number(process.env.PROPERTY_RUNS ?? 400);
const eventsOfARun = 250;

test('every slot leads to a live worker, wherever there is one', () => {
  const check = ({ state }: World) => {
    const ready = state.workers.filter(({ life }) => life.name === 'ready').map(({ id }) => id);
    if (ready.length === 0 || state.isStopping) return;
    for (const [slot, { leadsTo }] of state.slots.entries()) {
      assert.ok(leadsTo !== undefined && ready.includes(leadsTo), `slot ${slot} leads to ${leadsTo}`);
    }
  };
  forEachSeed((random) => chaos(random, check));
});

test('no worker is drained that a slot still leads to', () => {
  const check = ({ state }: World, effects: readonly Effect[]) => {
    if (state.isStopping) return;
    for (const effect of effects) {
      if (effect.do !== 'drain') continue;
      assert.ok(state.slots.every(({ leadsTo }) => leadsTo !== effect.worker));
    }
  };
  forEachSeed((random) => chaos(random, check));
});

test('a ready worker keeps its connections as long as a slot leads to it, and no longer', () => {
  const check = ({ state }: World) => {
    if (state.isStopping) return;
    const workersWithASlot = new Set(state.slots.map(({ leadsTo }) => leadsTo));
    for (const { id, life, isClosingConnections } of state.workers) {
      if (life.name === 'ready') assert.equal(isClosingConnections, !workersWithASlot.has(id));
    }
  };
  forEachSeed((random) => chaos(random, check));
});

test('never two replacements at once, unless a worker has crashed or is stalled', () => {
  const check = ({ state }: World) => {
    const doubled = state.slots.filter((_, slot) => {
      const viable = state.workers.filter((worker) => worker.slot === slot && /starting|ready/.test(worker.life.name));
      return viable.length > 1;
    });
    assert.ok(doubled.length <= 1, `${doubled.length} slots have a worker and its replacement`);
  };
  forEachSeed((random) => chaos(random, check));
});

test('at most one worker more than wanted is starting or ready, besides those of slots not wanted any more', () => {
  const check = ({ state }: World) => {
    const viable = state.workers.filter(({ slot, life }) => slot < state.target && /starting|ready/.test(life.name));
    assert.ok(viable.length <= state.target + 1, `${viable.length} for ${state.target}`);
  };
  forEachSeed((random) => chaos(random, check));
});

test('a reload of healthy workers never leaves fewer than there are to be', () => {
  forEachSeed((random) => {
    const world = new World({ random });
    world.passes(2000);
    world.happens({ type: 'reload', release: 2 });
    world.passes(30_000, ({ state }) => {
      const ready = new Set(state.workers.filter(({ life }) => life.name === 'ready').map(({ slot }) => slot));
      assert.equal(ready.size, state.target);
    });
    assert.deepEqual([...new Set(world.ready().map(({ release }) => release))], [2]);
  });
});

test('after whatever happened, the pool comes to rest: each slot with its worker, nothing left over', () => {
  let rested = 0;
  forEachSeed((random) => {
    const world = chaos(random);
    world.silent.clear();
    [world.memoryBytes, world.requests] = [50e6, 0];
    world.passes(120_000);
    if (world.state.hasGivenUp) return;
    // A worker that has come of age may be being replaced just now.
    for (let tries = 0; world.state.replacement !== undefined && tries < 20; tries += 1) world.passes(250);
    const slots = world.ready().map(({ slot }) => slot);
    assert.deepEqual(
      slots.toSorted((a, b) => a - b),
      Array.from({ length: world.state.target }, (_, slot) => slot),
    );
    assert.equal(world.state.workers.length, world.state.target);
    assert.equal(world.state.replacement, undefined);
    assert.equal(world.state.reload, undefined);
    rested += 1;
  });
  assert.ok(rested > runs / 2, `${runs - rested} of ${runs} pools had given up: the test sees too little`);
});

test('after whatever happened, a stop ends every worker in time', () => {
  forEachSeed((random) => {
    const world = chaos(random);
    world.happens({ type: 'stop' });
    const forked = world.state.nextWorker;
    world.passes(policy.stopTimeoutMs + 1500);
    assert.deepEqual(world.state.workers, []);
    assert.equal(world.state.nextWorker, forked, 'a worker was started after the stop');
  });
});

test('the crash budget always ends: an app that never stays up is given up', () => {
  forEachSeed((random) => {
    const world = new World({ random, workers: 1 + Math.floor(random() * policy.slots) });
    let deaths = 0;
    for (let turns = 0; !world.state.hasGivenUp; turns += 1) {
      world.now += random() * 400;
      world.happens({ type: 'tick' });
      for (const worker of world.state.workers) {
        if (worker.life.name === 'starting' && random() < 0.7) world.happens({ type: 'ready', worker: worker.id });
        else if (random() < 0.4) {
          world.exit(worker, crash);
          deaths += 1;
        }
      }
      assert.ok(deaths < 200 && turns < 10_000, `still trying after ${deaths} deaths`);
    }
    assert.equal(world.effects.filter((effect) => effect.do === 'give-up').length, 1);
  });
});

test('the same events at the same times lead to the same state', () => {
  assert.deepEqual(chaos(seeded(7)).state, chaos(seeded(7)).state);
});

function forEachSeed(run: (random: () => number) => void): void {
  for (let seed = 1; seed <= runs; seed += 1) {
    try {
      run(seeded(seed));
    } catch (error) {
      (error as Error).message += ` (seed ${seed})`;
      throw error;
    }
  }
}

/** Anything may happen to any worker at any time. */
function chaos(random: () => number, check?: ConstructorParameters<typeof World>[1]): World {
  const limits = { maxRequests: 1000, maxWorkerMemoryBytes: 100e6, maxWorkerLifetimeMs: 60_000 };
  const world = new World({ random, workers: 1 + Math.floor(random() * policy.slots), policy: limits }, check);
  let release = 1;
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  for (let event = 0; event < eventsOfARun; event += 1) {
    const dice = random();
    const worker = any(world.state.workers);
    if (random() < 0.7) world.now += random() * 600;
    if (dice < 0.35) world.passes(250);
    else if (dice < 0.4) world.happens({ type: 'scale', workers: 1 + Math.floor(random() * policy.slots) });
    else if (dice < 0.45 && world.state.reload === undefined) world.happens({ type: 'reload', release: ++release });
    else if (dice < 0.47) world.now += random() * 20_000;
    else if (dice < 0.5) [world.memoryBytes, world.requests] = [random() * 120e6, random() * 1200];
    else if (worker === undefined) world.happens({ type: 'tick' });
    else if (dice < 0.54) world.exit(worker, any([crash, killed, clean]) ?? crash);
    else if (dice < 0.6) world.silent.add(worker.id);
    else if (worker.life.name === 'starting') world.happens({ type: 'ready', worker: worker.id });
    else if (worker.life.name === 'ready') world.report(worker);
    else if (worker.life.name === 'stalled') world.happens({ type: 'stack', worker: worker.id, stack: undefined });
    else world.exit(worker, worker.isKilled ? killed : clean);
  }
  return world;
}
