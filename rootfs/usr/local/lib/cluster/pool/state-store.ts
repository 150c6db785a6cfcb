// Holds the pool's state: applies one event after the other, and has the effects of each performed.
import { guarded } from '../guarded.ts';
import { decide } from './decide/decide.ts';
import type { Effect, PoolEvent, PoolState } from './decide/state.ts';

export class StateStore {
  readonly #perform: (effect: Effect) => void;
  readonly #events: PoolEvent[] = [];
  #state: PoolState;
  #isDeciding = false;
  /** Called after each change. */
  readonly #watchers = new Set<() => void>();

  /** @param perform is called for each effect, in order; it may dispatch further events */
  constructor(state: PoolState, perform: (effect: Effect) => void) {
    this.#state = state;
    // An effect that fails must not keep the others, or the next event, from being applied.
    this.#perform = guarded('an effect of the pool', perform);
  }

  get state(): PoolState {
    return this.#state;
  }

  /** Applies an event. One that an effect brings is applied after all effects of the current one. */
  dispatch(event: PoolEvent): void {
    this.#events.push(event);
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const { state, effects } = decide(this.#state, next, { now: performance.now(), random: Math.random() });
      this.#state = state;
      for (const effect of effects) this.#perform(effect);
    }
    this.#isDeciding = false;
    for (const watcher of this.#watchers) watcher();
  }

  /** Resolves with the first result other than undefined, checked now and after each change. */
  until<T>(resultOf: (state: PoolState) => T | undefined): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const check = () => {
      const result = resultOf(this.#state);
      if (result === undefined) return;
      this.#watchers.delete(check);
      resolve(result);
    };
    this.#watchers.add(check);
    check();
    return promise;
  }
}
