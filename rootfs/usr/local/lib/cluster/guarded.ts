// The primary outlives its own faults: a timer, an event or a request whose handler throws costs that one call, and the
// stack is logged. tests/unit/survives-its-own-faults.test.ts finds handlers that bypass this.
import type { EventEmitter } from 'node:events';
import { logFault } from './log.ts';

/**
 * @param what the handler does, for the log: "the certificate watch"
 * @returns the handler, which never throws; a promise that it returns never rejects
 */
export function guarded<A extends unknown[]>(what: string, handler: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      const result = handler(...args);
      if (result instanceof Promise) result.catch((error) => logFault(what, error));
    } catch (error) {
      logFault(what, error);
    }
  };
}

/** setInterval(), guarded. @param what see guarded() */
export function every(ms: number, what: string, handler: () => unknown): NodeJS.Timeout {
  return setInterval(guarded(what, handler), ms);
}

/** setTimeout(), guarded. @param what see guarded() */
export function after(ms: number, what: string, handler: () => unknown): NodeJS.Timeout {
  return setTimeout(guarded(what, handler), ms);
}

/** What a listener is called with is for its event to say. */
type Listener = (...args: never[]) => unknown;

/** emitter.on(), guarded. @param what see guarded() @returns removes the listener */
export function on(emitter: EventEmitter, event: string, what: string, listener: Listener): () => void {
  const guard = guarded(what, listener as (...args: unknown[]) => unknown);
  emitter.on(event, guard);
  return () => emitter.off(event, guard);
}

/** emitter.once(), guarded. @param what see guarded() @returns removes the listener */
export function once(emitter: EventEmitter, event: string, what: string, listener: Listener): () => void {
  const guard = guarded(what, listener as (...args: unknown[]) => unknown);
  emitter.once(event, guard);
  return () => emitter.off(event, guard);
}
