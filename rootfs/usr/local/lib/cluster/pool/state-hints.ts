// Says once what the app keeps in the memory of each worker, and the ways out. Pure but for the timer.
import { after } from '../guarded.ts';
import type { StateInMemory } from '../worker/messages.ts';

/** Findings of a start come together. */
const gatherMs = 1000;

const what: Record<StateInMemory['kind'], string> = {
  sessions: 'sessions',
  jobs: 'scheduled jobs',
  rooms: 'rooms and broadcasts',
  limits: 'rate limits',
  polling: 'long polling, of which a request has just met a worker without its session,',
};

export interface StateHintOptions {
  /** The most workers that there may be. */
  readonly workers: number;
  /** STICKY_SESSIONS: sessions, limits and polling stay at their worker. */
  readonly isSticky: boolean;
  readonly log: (text: string) => void;
  readonly logWarning: (text: string) => void;
}

export class StateHints {
  readonly #options: StateHintOptions;
  /** By kind and package: the slots of the workers that have told. */
  readonly #slots = new Map<string, Set<number>>();
  #pending: StateInMemory[] = [];

  constructor(options: StateHintOptions) {
    this.#options = options;
  }

  /** A worker of this slot has told. Said as soon as two slots have: one alone may be the one that is meant to. */
  add(slot: number, found: StateInMemory): void {
    if (this.#options.isSticky && found.kind !== 'jobs' && found.kind !== 'rooms') return;
    const key = `${found.kind} ${found.name}`;
    const slots = this.#slots.get(key) ?? new Set();
    this.#slots.set(key, slots);
    const needed = found.kind === 'polling' ? 1 : 2;
    if (slots.has(slot) || slots.size >= needed) return;
    slots.add(slot);
    if (slots.size < needed) return;
    this.#pending.push(found);
    if (this.#pending.length === 1) after(gatherMs, 'a hint', () => this.#say());
  }

  #say(): void {
    const found = this.#pending;
    this.#pending = [];
    const write = found.every(({ kind }) => kind === 'limits') ? this.#options.log : this.#options.logWarning;
    write(describeState(found, this.#options.workers));
  }
}

/** @param workers the most that there may be */
export function describeState(found: readonly StateInMemory[], workers: number): string {
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  const list = Array.from(kinds, ([kind, members]) => `${what[kind]} (${members.map(({ name }) => name).join(', ')})`);
  return `state in memory: ${list.join('; ')}. Each of ${workers} workers has its own. Ways out: WORKERS=1; a store that all share, such as Redis; STICKY_SESSIONS=cookie for what belongs to one client. See "Does your app keep state in memory?" in docs/contract.md; WORKER_HINTS=off silences this.`;
}
