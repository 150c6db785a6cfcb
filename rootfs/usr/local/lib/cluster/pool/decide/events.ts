// What an event changes of what is known. Pure.
import type { Draft } from './draft.ts';
import { noteFailure } from './failure.ts';
import { abandonReplacement } from './replace.ts';
import type { EndReason, GoneWorker, PoolEvent, Worker, WorkerExit } from './state.ts';

export function note(draft: Draft, event: PoolEvent): void {
  switch (event.type) {
    case 'start':
    case 'tick':
      return;
    case 'ready':
      noteReady(draft, event.worker);
      break;
    case 'report':
      draft.setWorker(event.worker, { report: event.report, seenAt: draft.now });
      break;
    case 'stack':
      noteStack(draft, event.worker, event.stack);
      break;
    case 'exited':
      noteExit(draft, event.worker, event.exit);
      break;
    case 'reload':
      draft.set({ roll: { release: event.release } });
      break;
    case 'scale':
      draft.set({ target: Math.min(draft.state.policy.slots, Math.max(1, event.workers)) });
      break;
    case 'stop':
      noteStop(draft);
      break;
  }
}

function noteReady(draft: Draft, id: number): void {
  if (draft.worker(id)?.life.name !== 'starting') return;
  draft.setWorker(id, { life: { name: 'ready', since: draft.now }, seenAt: draft.now });
  draft.set({ wasEverReady: true });
}

function noteStack(draft: Draft, id: number, stack: string | undefined): void {
  const life = draft.worker(id)?.life;
  if (life?.name === 'stalled') draft.setWorker(id, { life: { ...life, isCaptured: true, stack } });
}

function noteStop(draft: Draft): void {
  if (draft.state.roll !== undefined) draft.do({ do: 'tell-rolled', isComplete: false, failed: undefined });
  draft.set({ isStopping: true, roll: undefined, replacement: undefined });
}

function noteExit(draft: Draft, id: number, exit: WorkerExit): void {
  const worker = draft.worker(id);
  if (worker === undefined) return;
  const gone: GoneWorker = { ...worker, life: { name: 'gone', since: draft.now, reason: reasonOf(worker), exit } };
  draft.removeWorker(id);
  draft.setSlot(worker.slot, { last: gone });
  const stack = worker.life.name === 'stalled' ? worker.life.stack : undefined;
  const replacedInMs = followUp(draft, worker, gone);
  draft.do({ do: 'tell-death', worker: gone, stack, replacedInMs });
}

function reasonOf({ life }: Worker): EndReason {
  switch (life.name) {
    case 'draining':
    case 'gone':
      return life.reason;
    case 'stalled':
      return 'stalled';
    case 'starting':
      return life.isTooSlow ? 'not-ready-in-time' : 'crashed';
    case 'ready':
      return 'crashed';
  }
}

/** @returns after what time its slot gets another worker, or undefined where it does not, or has one */
function followUp(draft: Draft, worker: Worker, gone: GoneWorker): number | undefined {
  const { replacement, isStopping, hasGivenUp, target } = draft.state;
  const { slot, life } = worker;
  if (isStopping || life.name === 'draining') return undefined;
  if (replacement?.incoming === worker.id && !replacement.hasSettled)
    return abandonReplacement(draft, replacement, gone);
  if (replacement?.incoming === worker.id) draft.set({ replacement: undefined });
  if (hasGivenUp) return undefined;
  // The one after a stalled worker was started when it stalled.
  if (life.name === 'stalled' || slot >= target || draft.hopefulOf(slot).length > 0) return undefined;
  return noteFailure(draft, worker, gone);
}
