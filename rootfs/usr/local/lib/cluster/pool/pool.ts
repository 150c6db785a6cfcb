// The worker processes: forks, watches, replaces and ends them. What to do when is decided in decisions.ts.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type App, nameOf } from '../app/find.ts';
import { type ClusterError, errors } from '../errors.ts';
import { log } from '../log.ts';
import { run, slotSocket } from '../paths.ts';
import { manifestVariable } from '../typescript/manifest.ts';
import { configurationVariable, type FromWorker, type ToWorker, type WorkerConfiguration } from '../worker/messages.ts';
import { decideAfterExit, describeExit, exitCodeOf, stableAfterMs, type WorkerExit } from './decisions.ts';

export interface PoolOptions {
  readonly app: App;
  readonly appArguments: readonly string[];
  readonly workers: number;
  /** Options for Node: how much memory a worker may take. */
  readonly workerNodeOptions: readonly string[];
  readonly port: number;
  /** What a worker that starts now is to read, of compiled TypeScript. */
  readonly typeScriptManifest: () => string;
  /** NODE_ENV where the container has none. */
  readonly nodeEnvironment: string;
  readonly bootTimeoutMs: number;
  /** How long a worker's drain may take, the app's own shutdown included. */
  readonly drainTimeoutMs: number;
  /** The number of ready workers has changed. */
  readonly onReadyCount: (ready: number) => void;
  /** No worker can be kept running. */
  readonly onGiveUp: (error: ClusterError) => void;
}

type WorkerState =
  | { readonly name: 'starting' }
  | { readonly name: 'ready'; readonly since: number }
  | { readonly name: 'draining' };

interface Worker {
  readonly slot: number;
  readonly process: ChildProcess;
  readonly startedAt: number;
  /** Settles once: the worker is ready, or has ended without ever having been. */
  readonly outcome: Promise<'ready' | WorkerExit>;
  state: WorkerState;
  /** What the worker said before it ended. */
  failure: (FromWorker & { type: 'cluster:failed' }) | undefined;
  tookTooLong: boolean;
}

interface Slot {
  /** The worker that the slot's socket leads to, or will lead to. */
  worker: Worker | undefined;
  failuresInARow: number;
  restarts: number;
}

export interface SlotStatus {
  readonly slot: number;
  readonly pid: number | undefined;
  readonly state: WorkerState['name'] | 'gone';
  readonly uptimeSeconds: number;
  readonly restarts: number;
}

const preload = join(import.meta.dirname, '../worker/main.js');

/** Time between SIGTERM and SIGKILL for a worker that has not begun to serve: nothing can be lost. */
const killStartingAfterMs = 1000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #slots: Slot[];
  readonly #living = new Set<Worker>();
  #isStopping = false;
  #wasEverReady = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.workers }, () => ({
      worker: undefined,
      failuresInARow: 0,
      restarts: 0,
    }));
  }

  /**
   * Starts the first worker alone, the others when it is ready: an app that cannot start says so once, not once per
   * CPU, and the port opens sooner. None where a stop has come before.
   */
  start(): void {
    if (!this.#isStopping) this.#startInSlot(0);
  }

  /**
   * Starts a new worker for a slot. Once it is ready it has taken over the slot's socket, and the old worker is drained.
   * @returns why the new worker did not get ready, in which case the old one goes on; undefined where it did
   */
  async replace(slot: number): Promise<ClusterError | undefined> {
    const incoming = this.#fork(slot);
    const outcome = await incoming.outcome;
    if (outcome !== 'ready') return this.#explain(incoming, outcome);
    const slotState = this.#slotAt(slot);
    const old = slotState.worker;
    slotState.worker = incoming;
    if (old !== undefined && this.#living.has(old)) await this.#end(old, true);
    return undefined;
  }

  /** Ends WebSockets, which would keep nginx from stopping. */
  closeUpgraded(): void {
    for (const { process: child } of this.#living) {
      if (child.connected) child.send({ type: 'cluster:close-upgraded' } satisfies ToWorker);
    }
  }

  /** Lets every worker end by itself, kills those that take too long. Resolves when none is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#living].map((worker) => this.#end(worker, false)));
  }

  status(): SlotStatus[] {
    return this.#slots.map(({ worker, restarts }, slot) => ({
      slot,
      pid: worker?.process.pid,
      state: worker?.state.name ?? 'gone',
      uptimeSeconds: worker === undefined ? 0 : Math.round((performance.now() - worker.startedAt) / 1000),
      restarts,
    }));
  }

  #startInSlot(slot: number): void {
    this.#slotAt(slot).worker = this.#fork(slot);
  }

  #fork(slot: number): Worker {
    const { app, appArguments, port, nodeEnvironment, bootTimeoutMs } = this.#options;
    const configuration: WorkerConfiguration = {
      slot,
      entry: app.entry,
      socket: slotSocket(slot),
      port,
      compileCache: run.compileCache,
    };
    const child = fork(app.entry, appArguments, {
      // As much as nginx lets through: Node's own 16 KB would answer 431 to what nginx had accepted.
      execArgv: [...this.#options.workerNodeOptions, '--max-http-header-size=32768', '--require', preload],
      env: {
        ...process.env,
        NODE_ENV: process.env.NODE_ENV ?? nodeEnvironment,
        PORT: String(port),
        NODE_APP_INSTANCE: String(slot),
        [manifestVariable]: this.#options.typeScriptManifest(),
        [configurationVariable]: JSON.stringify(configuration),
      },
    });
    const { promise: outcome, resolve } = Promise.withResolvers<'ready' | WorkerExit>();
    const worker: Worker = {
      slot,
      process: child,
      startedAt: performance.now(),
      outcome,
      state: { name: 'starting' },
      failure: undefined,
      tookTooLong: false,
    };
    this.#living.add(worker);
    const bootTimer = setTimeout(() => {
      worker.tookTooLong = true;
      child.kill('SIGKILL');
    }, bootTimeoutMs);
    child.on('message', (message: FromWorker | null) => {
      if (message?.type === 'cluster:failed') worker.failure = message;
      if (message?.type !== 'cluster:ready' || worker.state.name !== 'starting') return;
      clearTimeout(bootTimer);
      worker.state = { name: 'ready', since: performance.now() };
      resolve('ready');
      // After those who wait for the outcome have put the worker into its slot.
      setImmediate(() => this.#becameReady(worker));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(bootTimer);
      this.#living.delete(worker);
      resolve({ code, signal });
      setImmediate(() => this.#exited(worker, { code, signal }));
    });
    return worker;
  }

  #becameReady({ slot, process: { pid }, startedAt }: Worker): void {
    log(`worker ${slot} (pid ${pid}) is ready after ${Math.round(performance.now() - startedAt)} ms`);
    const isFirst = !this.#wasEverReady;
    this.#wasEverReady = true;
    this.#options.onReadyCount(this.#ready());
    if (!isFirst || this.#isStopping) return;
    for (const [slot, { worker }] of this.#slots.entries()) if (worker === undefined) this.#startInSlot(slot);
  }

  #exited(worker: Worker, exit: WorkerExit): void {
    const { slot, state } = worker;
    const slotState = this.#slotAt(slot);
    // A worker that was replaced, or that was to replace another: its slot is somebody else's.
    if (slotState.worker !== worker) return;
    const wasStable = state.name === 'ready' && performance.now() - state.since >= stableAfterMs;
    slotState.worker = undefined;
    slotState.failuresInARow = wasStable ? 0 : slotState.failuresInARow + 1;
    if (state.name === 'ready') this.#options.onReadyCount(this.#ready());

    const decision = decideAfterExit(exit, {
      isStopping: this.#isStopping,
      wasEverReady: this.#wasEverReady,
      ready: this.#ready(),
      failuresInARow: slotState.failuresInARow,
    });
    if (decision.action === 'nothing') return;
    if (decision.action === 'end') {
      this.#options.onGiveUp(this.#explain(worker, exit));
      return;
    }
    log(
      `worker ${slot} (pid ${worker.process.pid}) ${describeExit(exit)} while ${state.name}; replaced in ${decision.delayMs} ms`,
    );
    slotState.restarts += 1;
    setTimeout(() => {
      if (!this.#isStopping && slotState.worker === undefined) this.#startInSlot(slot);
    }, decision.delayMs);
  }

  #explain({ failure, tookTooLong, state }: Worker, exit: WorkerExit): ClusterError {
    const { app, bootTimeoutMs } = this.#options;
    const entry = nameOf(app);
    if (tookTooLong) return errors.appTooSlow(entry, bootTimeoutMs / 1000);
    if (failure?.reason === 'does-not-serve') return errors.appDoesNotServe(entry, failure.message);
    const how = state.name === 'starting' ? describeExit(exit) : `crashed again and again and ${describeExit(exit)}`;
    return errors.appFailed(entry, how, exitCodeOf(exit), failure?.message);
  }

  async #end(worker: Worker, isReplaced: boolean): Promise<void> {
    const { process: child, state } = worker;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const isServing = state.name === 'ready';
    if (state.name !== 'draining') {
      worker.state = { name: 'draining' };
      if (isServing && child.connected) child.send({ type: 'cluster:drain', isReplaced } satisfies ToWorker);
      else child.kill('SIGTERM');
    }
    const killTimer = setTimeout(
      () => {
        log(`worker ${worker.slot} (pid ${child.pid}) did not end in time and is killed`);
        child.kill('SIGKILL');
      },
      isServing ? this.#options.drainTimeoutMs : killStartingAfterMs,
    );
    await gone;
    clearTimeout(killTimer);
  }

  #ready(): number {
    return this.#slots.filter(({ worker }) => worker?.state.name === 'ready').length;
  }

  #slotAt(slot: number): Slot {
    const found = this.#slots[slot];
    if (found === undefined) throw new RangeError(`slot ${slot} of ${this.#slots.length}`);
    return found;
  }
}
