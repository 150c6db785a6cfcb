// The pool's decisions. Pure: what is known and what has just happened in; what is known now and what to do out.
import { Draft } from './draft.ts';
import { note } from './events.ts';
import { advanceReplacement, beginReplacement } from './replace.ts';
import { assignSlots } from './slots.ts';
import { isStalled, pauseBefore, stackTimeoutMs } from './stall.ts';
import type { Moment, Policy, PoolEvent, PoolState, Step } from './state.ts';

/** @param workers how many there are to be at first */
export function initialState(policy: Policy, workers: number, now: number): PoolState {
  return {
    policy,
    workers: [],
    slots: Array.from({ length: policy.slots }, () => ({
      leadsTo: undefined,
      release: 1,
      failuresInARow: 0,
      retryAt: now,
      starts: 0,
      last: undefined,
    })),
    target: workers,
    replacement: undefined,
    roll: undefined,
    nextWorker: 1,
    wasEverReady: false,
    hasGivenUp: false,
    isStopping: false,
    lastEventAt: now,
  };
}

/**
 * An event only changes what is known. What has to be done follows from all that is known, whatever happened last: so
 * no order of events can leave something undone.
 */
export function decide(state: PoolState, event: PoolEvent, moment: Moment): Step {
  const draft = new Draft(state, moment);
  forgivePause(draft);
  note(draft, event);
  // The most frequent event by far: what follows from it can wait for the next tick.
  if (event.type !== 'report') follow(draft);
  const ready = readyCount(draft.state);
  if (ready !== readyCount(state)) draft.do({ do: 'tell-ready-count', ready });
  draft.set({ lastEventAt: draft.now });
  return draft.step;
}

function follow(draft: Draft): void {
  killOverdue(draft);
  if (draft.state.isStopping) {
    endEverything(draft);
  } else {
    findStalled(draft);
    // Before anything is drained: whoever is has no slot any more.
    pointSlots(draft);
    advanceReplacement(draft);
    killStalled(draft);
    endSurplus(draft);
    startMissing(draft);
    beginReplacement(draft);
  }
}

function readyCount({ workers }: PoolState): number {
  return workers.filter(({ life }) => life.name === 'ready').length;
}

/** While the primary itself stood still, no worker could be heard, and none can be blamed. */
function forgivePause(draft: Draft): void {
  const { workers, lastEventAt } = draft.state;
  const pauseMs = pauseBefore(draft.now, lastEventAt);
  if (pauseMs === 0) return;
  for (const { id, life, seenAt } of workers) {
    draft.setWorker(id, { seenAt: seenAt + pauseMs });
    if (life.name === 'starting') draft.setWorker(id, { life: { ...life, since: life.since + pauseMs } });
    if (life.name === 'draining') draft.setWorker(id, { life: { ...life, killAt: life.killAt + pauseMs } });
  }
}

function killOverdue(draft: Draft): void {
  for (const { id, life, isKilled } of draft.state.workers) {
    if (isKilled) continue;
    if (life.name === 'starting' && draft.now - life.since >= draft.state.policy.bootTimeoutMs) {
      draft.setWorker(id, { life: { ...life, isTooSlow: true } });
      draft.kill(id);
    }
    if (life.name === 'draining' && draft.now >= life.killAt) draft.kill(id);
  }
}

function endEverything(draft: Draft): void {
  const { stopTimeoutMs } = draft.state.policy;
  for (const worker of draft.state.workers) {
    const { id, life, isKilled } = worker;
    if (life.name === 'draining') {
      const killAt = Math.min(life.killAt, draft.now + stopTimeoutMs);
      if (killAt < life.killAt) draft.setWorker(id, { life: { ...life, killAt } });
    } else if (life.name === 'stalled') {
      if (!isKilled) draft.kill(id);
    } else {
      draft.end(worker, 'stop', stopTimeoutMs);
    }
  }
}

/** A stalled worker loses its slot at once, and keeps its life for a moment: its stack is asked for. */
function findStalled(draft: Draft): void {
  for (const worker of draft.state.workers) {
    if (!isStalled(worker, draft.state.policy, draft.now)) continue;
    draft.setWorker(worker.id, {
      life: { name: 'stalled', since: draft.now, isCaptured: false, stack: undefined },
    });
    draft.do({ do: 'capture-stack', worker: worker.id });
  }
}

function killStalled(draft: Draft): void {
  for (const { id, life, isKilled } of draft.state.workers) {
    if (life.name !== 'stalled' || isKilled) continue;
    if (life.isCaptured || draft.now - life.since >= stackTimeoutMs) draft.kill(id);
  }
}

function pointSlots(draft: Draft): void {
  const left = new Set<number>();
  for (const [slot, worker] of assignSlots(draft.state).entries()) {
    const { leadsTo } = draft.slot(slot);
    if (worker === leadsTo) continue;
    draft.setSlot(slot, { leadsTo: worker });
    draft.do({ do: 'point', slot, worker });
    if (leadsTo !== undefined) left.add(leadsTo);
  }
  moveTraffic(draft, left);
}

/**
 * nginx goes on using the connections that it has, whatever a slot leads to. A worker that has lost one of its slots
 * closes those that it has as it answers; one that has lost all of them closes new ones, too. So the new worker gets its
 * share at once, and is tried in earnest before the old one is gone.
 */
function moveTraffic(draft: Draft, left: ReadonlySet<number>): void {
  const led = new Set(draft.state.slots.map(({ leadsTo }) => leadsTo));
  for (const { id, life, isGivingWay } of draft.state.workers) {
    if (life.name !== 'ready') continue;
    if (isGivingWay === led.has(id)) {
      draft.setWorker(id, { isGivingWay: !isGivingWay });
      draft.do({ do: 'give-way', worker: id, isGivingWay: !isGivingWay });
    } else if (left.has(id)) {
      draft.do({ do: 'shed', worker: id });
    }
  }
}

/** Fewer workers are wanted. They go only as far as others serve in their place. */
function endSurplus(draft: Draft): void {
  endDoubles(draft);
  const { workers, target, policy } = draft.state;
  const readySlots = [...new Set(workers.filter(({ life }) => life.name === 'ready').map(({ slot }) => slot))];
  let mayGo = readySlots.some((slot) => slot < target) ? readySlots.length - target : 0;
  for (const worker of workers) {
    if (worker.slot < target) continue;
    if (worker.life.name === 'starting') draft.end(worker, 'scaled-down', policy.drainTimeoutMs);
    if (worker.life.name === 'ready' && mayGo > 0) {
      mayGo -= 1;
      draft.end(worker, 'scaled-down', policy.drainTimeoutMs);
    }
  }
}

/** Two in one slot, and no replacement: one was under way when the slot was given up, and then wanted again. */
function endDoubles(draft: Draft): void {
  const { slots, replacement, policy } = draft.state;
  for (const [slot, { leadsTo }] of slots.entries()) {
    const hopeful = draft.hopefulOf(slot);
    if (hopeful.length < 2 || replacement?.slot === slot) continue;
    const kept = hopeful.find(({ id }) => id === leadsTo) ?? hopeful.at(-1);
    for (const worker of hopeful) if (worker !== kept) draft.end(worker, 'scaled-down', policy.drainTimeoutMs);
  }
}

/**
 * The first worker starts alone, the others when it is ready: an app that cannot start says so once, not once per CPU,
 * and the port opens sooner.
 */
function startMissing(draft: Draft): void {
  const { target, wasEverReady, hasGivenUp } = draft.state;
  if (hasGivenUp) return;
  for (let slot = 0; slot < (wasEverReady ? target : 1); slot += 1) {
    const { retryAt, release } = draft.slot(slot);
    if (draft.now >= retryAt && draft.hopefulOf(slot).length === 0) draft.fork(slot, release);
  }
}
