// The pool's decisions. Pure: the state and an event go in, the next state and the effects to perform come out.
import { Draft } from './draft.ts';
import { applyExit } from './exit.ts';
import { advanceReplacement, beginReplacement } from './replace.ts';
import { pointSlots } from './slots.ts';
import { findStalled, forgivePause, killStalled } from './stall.ts';
import { type Moment, type Policy, type PoolEvent, type PoolState, readyCount, type Step } from './state.ts';

/**
 * @param workers how many there should be at first
 * @param now in ms, of the clock of all later moments
 */
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
    reload: undefined,
    nextWorker: 1,
    wasEverReady: false,
    hasGivenUp: false,
    isStopping: false,
    lastEventAt: now,
  };
}

/**
 * An event only changes what is known. What has to be done follows from the whole state, whatever happened last: so no
 * order of events can leave something undone.
 */
export function decide(state: PoolState, event: PoolEvent, moment: Moment): Step {
  const draft = new Draft(state, moment);
  forgivePause(draft);
  applyEvent(draft, event);
  // The most frequent event by far: what follows from it can wait for the next tick.
  if (event.type !== 'report') reconcile(draft);
  const ready = readyCount(draft.state);
  if (ready !== readyCount(state)) draft.do({ do: 'report-ready-count', ready });
  draft.set({ lastEventAt: draft.now });
  return draft.step;
}

function applyEvent(draft: Draft, event: PoolEvent): void {
  switch (event.type) {
    case 'start':
    case 'tick':
      return;
    case 'ready':
      applyReady(draft, event.worker);
      break;
    case 'closed':
      applyClosed(draft, event.worker);
      break;
    case 'retire':
      draft.setWorker(event.worker, { isRetired: true });
      break;
    case 'report':
      draft.setWorker(event.worker, { report: event.report, seenAt: draft.now });
      break;
    case 'stack':
      applyStack(draft, event.worker, event.stack);
      break;
    case 'exited':
      applyExit(draft, event.worker, event.exit);
      break;
    case 'reload':
      draft.set({ reload: { release: event.release } });
      break;
    case 'scale':
      draft.set({ target: Math.min(draft.state.policy.slots, Math.max(1, event.workers)) });
      break;
    case 'stop':
      applyStop(draft);
      break;
    case 'hasten':
      applyHasten(draft);
      break;
  }
}

function applyReady(draft: Draft, id: number): void {
  const life = draft.worker(id)?.life.name;
  if (life !== 'starting' && life !== 'closed') return;
  draft.setWorker(id, { life: { name: 'ready', since: draft.now }, seenAt: draft.now });
  draft.set({ wasEverReady: true });
}

function applyClosed(draft: Draft, id: number): void {
  if (draft.worker(id)?.life.name !== 'ready') return;
  draft.setWorker(id, { life: { name: 'closed', since: draft.now, isTooSlow: false } });
}

function applyStack(draft: Draft, id: number, stack: string | undefined): void {
  const life = draft.worker(id)?.life;
  if (life?.name === 'stalled') draft.setWorker(id, { life: { ...life, isCaptured: true, stack } });
}

function applyStop(draft: Draft): void {
  if (draft.state.reload !== undefined) draft.do({ do: 'report-reload-end', isComplete: false, failed: undefined });
  draft.set({ isStopping: true, reload: undefined, replacement: undefined });
}

/** The workers that drain are overdue at once. */
function applyHasten(draft: Draft): void {
  for (const { id, life } of draft.state.workers)
    if (draft.state.isStopping && life.name === 'draining')
      draft.setWorker(id, { life: { ...life, killAt: draft.now } });
}

/** Does what the state asks for. The order matters. */
function reconcile(draft: Draft): void {
  killOverdue(draft);
  if (draft.state.isStopping) {
    endAllWorkers(draft);
  } else {
    findStalled(draft);
    // Before anything is drained: no slot may lead to a draining worker.
    pointSlots(draft);
    advanceReplacement(draft);
    killStalled(draft);
    endSurplus(draft);
    startMissing(draft);
    beginReplacement(draft);
  }
}

function killOverdue(draft: Draft): void {
  for (const { id, life, isKilled } of draft.state.workers) {
    if (isKilled) continue;
    const isAwaited = life.name === 'starting' || life.name === 'closed';
    if (isAwaited && draft.now - life.since >= draft.state.policy.bootTimeoutMs) {
      draft.setWorker(id, { life: { ...life, isTooSlow: true } });
      draft.kill(id);
    }
    if (life.name === 'draining' && draft.now >= life.killAt) draft.kill(id);
  }
}

function endAllWorkers(draft: Draft): void {
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

/** Fewer workers are wanted. They exit only as far as others serve in their place. */
function endSurplus(draft: Draft): void {
  endDuplicates(draft);
  const { workers, target, policy } = draft.state;
  const readySlots = [...new Set(workers.filter(({ life }) => life.name === 'ready').map(({ slot }) => slot))];
  let surplus = readySlots.some((slot) => slot < target) ? readySlots.length - target : 0;
  for (const worker of workers) {
    if (worker.slot < target) continue;
    if (worker.life.name === 'starting' || worker.life.name === 'closed')
      draft.end(worker, 'scaled-down', policy.workerDrainTimeoutMs);
    if (worker.life.name === 'ready' && surplus > 0) {
      surplus -= 1;
      draft.end(worker, 'scaled-down', policy.workerDrainTimeoutMs);
    }
  }
}

/** Two workers in one slot, and no replacement: it was in progress when the slot was given up, and then wanted again. */
function endDuplicates(draft: Draft): void {
  const { slots, replacement, policy } = draft.state;
  for (const [slot, { leadsTo }] of slots.entries()) {
    const viable = draft.viableWorkersOf(slot);
    if (viable.length < 2 || replacement?.slot === slot) continue;
    const kept = viable.find(({ id }) => id === leadsTo) ?? viable.at(-1);
    for (const worker of viable) if (worker !== kept) draft.end(worker, 'scaled-down', policy.workerDrainTimeoutMs);
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
    if (draft.now >= retryAt && draft.viableWorkersOf(slot).length === 0) draft.fork(slot, release);
  }
}
