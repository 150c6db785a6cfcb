// The deadline of every wait in the tests. What does not happen in time is an error that names what was waited for, and
// what was seen last.
import { type EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Longer than anything here takes on a busy machine, unless a wait has a deadline of its own. */
export const defaultDeadlineMs = 60_000;
/** Docker's own part of what it is asked to do. */
export const dockerDeadlineMs = 60_000;
/** An image that has to be built, with packages that have to be fetched. */
export const buildDeadlineMs = 600_000;

interface Wait {
  readonly withinMs?: number;
  /** The pause between two looks. */
  readonly everyMs?: number;
}

/**
 * Looks again and again until what is waited for is there.
 * @param what is waited for, as the error names it: 'a second worker'
 * @param probe returns what there is now. An error that it throws ends the wait
 * @param isThere whether that is what is waited for
 * @returns what the last look returned
 * @throws when the time is over, also in the middle of a look, with what the last whole look returned
 */
export async function until<T, Wanted extends T>(
  what: string,
  probe: () => T | Promise<T>,
  isThere: (seen: T) => seen is Wanted,
  wait?: Wait,
): Promise<Wanted>;
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  isThere: (seen: T) => boolean,
  wait?: Wait,
): Promise<T>;
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  isThere: (seen: T) => boolean,
  { withinMs = defaultDeadlineMs, everyMs = 50 }: Wait = {},
): Promise<T> {
  const endsAt = performance.now() + withinMs;
  let seen: unknown = 'nothing yet';
  do {
    const look = await race(
      endsAt - performance.now(),
      (async () => probe())().then((value) => ({ value })),
    );
    if (look === late) break;
    if (isThere(look.value)) return look.value;
    seen = look.value;
    await sleep(everyMs);
  } while (performance.now() < endsAt);
  throw new Error(messageOf(what, withinMs, seen));
}

/**
 * @param what is waited for, as the error names it: 'the end of the container'
 * @param seen called when the time is over: what there is instead
 * @returns what the promise becomes
 * @throws what the promise is rejected with, or when the time is over
 */
export async function within<T>(
  withinMs: number,
  what: string,
  promise: Promise<T>,
  seen: () => unknown = () => 'nothing',
): Promise<T> {
  const outcome = await race(
    withinMs,
    promise.then((value) => ({ value })),
  );
  if (outcome === late) throw new Error(messageOf(what, withinMs, seen()));
  return outcome.value;
}

/** `once()` of node:events, with a deadline. @returns what the event brings */
export function onceInTime(
  emitter: EventEmitter | EventTarget,
  event: string,
  what = `the event ${event}`,
  withinMs = defaultDeadlineMs,
  // biome-ignore lint/suspicious/noExplicitAny: as once() has it
): Promise<any[]> {
  return within(withinMs, what, once(emitter as EventEmitter, event));
}

/**
 * For what takes a signal and goes on after its promise is kept, such as a response whose body is still to come.
 * @returns a signal that is aborted when the time is over; its reason names what was waited for
 */
export function deadlineSignal(withinMs: number, what: string): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error(messageOf(what, withinMs, 'nothing'))), withinMs).unref();
  return controller.signal;
}

const late = Symbol('late');

async function race<T>(withinMs: number, promise: Promise<T>): Promise<T | typeof late> {
  const { promise: over, resolve } = Promise.withResolvers<typeof late>();
  const timer = setTimeout(resolve, withinMs, late);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(what: string, withinMs: number, seen: unknown): string {
  const text = typeof seen === 'string' ? seen : inspect(seen, { depth: 6, maxArrayLength: null });
  return `waited ${withinMs / 1000} s for ${what}. Seen last: ${text}`;
}
