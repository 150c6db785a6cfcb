// Packages that keep state in the memory of their process, which several workers do not share: sessions, jobs, rooms, limits.
// Seen as they are loaded; the primary says it once (pool/state-hints.ts).
import { createRequire } from 'node:module';
import type { StateInMemory } from './messages.ts';

interface StateRule {
  readonly kind: StateInMemory['kind'];
  /** Names of packages. */
  readonly packages: RegExp;
  /** With one of these, the state is elsewhere. */
  readonly unless?: RegExp;
  /** Loading the package does not say that its store is used; a call of one of these methods does. */
  readonly store?: { readonly file: RegExp; readonly methods: readonly string[] };
}

/** Clients of stores that workers share. */
const sharedStores =
  /^(ioredis|redis|@redis\/client|iovalkey|@valkey\/.*|memcached|memjs|rate-limit-.*|.*throttler-storage-redis)$/;
const adapters = /^(@socket\.io\/.*-adapter|socket\.io-(redis|mongo|adapter-.*))$/;

/** Not there: agenda and BullMQ, which have locks in their database; caches, which may differ. */
const rules: readonly StateRule[] = [
  {
    kind: 'sessions',
    packages: /^(express-session|@fastify\/session)$/,
    store: { file: /\/(express-session\/session\/memory|@fastify\/session\/lib\/store)\.js$/, methods: ['get', 'set'] },
  },
  { kind: 'sessions', packages: /^(memorystore|session-memory-store)$/ },
  { kind: 'jobs', packages: /^(node-cron|cron|node-schedule|croner|toad-scheduler|bree)$/ },
  { kind: 'rooms', packages: /^socket\.io$/, unless: adapters },
  { kind: 'rooms', packages: /^sockjs$/ },
  { kind: 'rooms', packages: /^@hocuspocus\/server$/, unless: /^@hocuspocus\/extension-redis$/ },
  { kind: 'rooms', packages: /^@colyseus\/core$/, unless: /^@colyseus\/redis-.*$/ },
  { kind: 'limits', packages: /^(express-rate-limit|@fastify\/rate-limit|@nestjs\/throttler)$/, unless: sharedStores },
];

const engineServer = /\/engine\.io\/(build|lib)\/server\.js$/;
/** engine.io's code of `Session ID unknown`: another worker has the session. */
const unknownSession = 1;

/** A package that is loaded a moment later may be the one that shares the state. */
const settleMs = 1000;

type Methods = Record<string, ((...args: unknown[]) => unknown) | undefined>;

export class StateWatch {
  readonly #tell: (found: StateInMemory) => void;
  readonly #told = new Set<string>();
  readonly #loaded = new Set<string>();
  readonly #watched = new Set<string>();
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell gets each finding once */
  constructor(tell: (found: StateInMemory) => void) {
    this.#tell = tell;
  }

  /** A module is about to be loaded. @param url of its file */
  readonly see = (url: string): void => {
    const at = url.lastIndexOf('/node_modules/');
    if (at < 0) return;
    const [name = ''] = /^(@[^/]+\/)?[^/]+/.exec(url.slice(at + '/node_modules/'.length)) ?? [];
    if (this.#loaded.has(name)) return;
    this.#loaded.add(name);
    if (this.#isReady) this.#lookLater();
  };

  /** The app listens: what it needs is loaded. */
  begin(): void {
    this.#isReady = true;
    this.#lookLater();
  }

  #lookLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#look();
      } catch {
        // A package that is made in another way than known: not worth a worker.
      }
    }, settleMs).unref();
  }

  #look(): void {
    const loaded = [...this.#loaded];
    for (const { kind, packages, unless, store } of rules) {
      const names = loaded.filter((name) => packages.test(name));
      if (names.length === 0 || (unless !== undefined && loaded.some((name) => unless.test(name)))) continue;
      if (store === undefined) for (const name of names) this.#report({ kind, name });
      else this.#watchStores(kind, store);
    }
    if (this.#loaded.has('engine.io')) this.#watchPolling();
  }

  /** Until one of its methods is called. */
  #watchStores(kind: StateInMemory['kind'], { file, methods }: NonNullable<StateRule['store']>): void {
    for (const [path, exported] of this.#modules(file)) {
      const prototype = (exported as { prototype?: Methods }).prototype;
      const [, name = ''] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(path) ?? [];
      for (const method of methods) {
        replaceMethod(prototype, method, (original, restore) => {
          const report = () => this.#report({ kind, name });
          return function (this: unknown, ...args) {
            restore();
            report();
            return original.apply(this, args);
          };
        });
      }
    }
  }

  /** Until a request of a client's session comes that this worker does not know. */
  #watchPolling(): void {
    for (const [, exported] of this.#modules(engineServer)) {
      const { BaseServer, Server = exported } = exported as { BaseServer?: unknown; Server?: unknown };
      const prototype = ((BaseServer ?? Server) as { prototype?: Methods }).prototype;
      replaceMethod(prototype, 'verify', (original, restore) => {
        const report = () => this.#report({ kind: 'polling', name: 'engine.io' });
        return function (this: unknown, request, isUpgrade, done) {
          const wrapped = (code: unknown, ...context: unknown[]) => {
            if (code === unknownSession) {
              restore();
              report();
            }
            return (done as (...args: unknown[]) => unknown)(code, ...context);
          };
          return original.call(this, request, isUpgrade, wrapped);
        };
      });
    }
  }

  /** CommonJS modules that were not asked for before. */
  #modules(file: RegExp): [string, unknown][] {
    return Object.entries(createRequire(import.meta.url).cache).flatMap(([path, module]) => {
      if (!file.test(path) || this.#watched.has(path) || !module?.loaded) return [];
      this.#watched.add(path);
      return [[path, module.exports]];
    });
  }

  #report(found: StateInMemory): void {
    const key = `${found.kind} ${found.name}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#tell(found);
  }
}

/** @param make gets the method, and what puts it back */
function replaceMethod(
  prototype: Methods | undefined,
  name: string,
  make: (original: NonNullable<Methods[string]>, restore: () => void) => NonNullable<Methods[string]>,
): void {
  const original = prototype?.[name];
  if (prototype === undefined || typeof original !== 'function') return;
  prototype[name] = make(original, () => {
    prototype[name] = original;
  });
}
