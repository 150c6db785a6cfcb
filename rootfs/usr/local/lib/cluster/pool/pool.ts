// The worker processes: forks, watches and ends them. What to do when is decided in decisions.ts.
import { type ChildProcess, fork } from 'node:child_process';
import { type App, nameOf } from '../app/find.ts';
import { type ClusterError, errors } from '../errors.ts';
import { log } from '../log.ts';
import { contractPackages, slotSocket } from '../paths.ts';
import { configurationVariable, type FromWorker, type ToWorker, type WorkerConfiguration } from '../worker/messages.ts';
import { decideAfterExit, describeExit, exitCodeOf, stableAfterMs, type WorkerExit } from './decisions.ts';

export interface PoolOptions {
  readonly app: App;
  readonly workers: number;
  readonly port: number;
  readonly bootTimeoutMs: number;
  /** How long the app's own shutdown may take. */
  readonly stopTimeoutMs: number;
  /** The number of ready workers has changed. */
  readonly onReadyCount: (ready: number) => void;
  /** No worker can be kept running: the container has to end. */
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
  state: WorkerState;
  /** What the worker said before it ended. */
  failure: (FromWorker & { type: 'failed' }) | undefined;
  tookTooLong: boolean;
}

interface Slot {
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

const preload = new URL('../worker/main.js', import.meta.url).href;

/** Time between SIGTERM and SIGKILL for a worker that has not begun to serve: nothing can be lost. */
const killStartingAfterMs = 1000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #slots: Slot[];
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
   * CPU, and the port opens sooner.
   */
  start(): void {
    this.#startWorker(0);
  }

  /** Lets every worker end by itself, kills those that take too long. Resolves when none is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const workers = this.#slots.flatMap(({ worker }) => worker ?? []);
    await Promise.all(workers.map((worker) => this.#end(worker)));
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

  #startWorker(slot: number): void {
    const { app, port, bootTimeoutMs } = this.#options;
    const configuration: WorkerConfiguration = { slot, entry: app.entry, socket: slotSocket(slot), port };
    const process_ = fork(app.entry, {
      execArgv: [...typeScriptLoader(app.entry), '--import', preload],
      env: {
        ...process.env,
        NODE_ENV: process.env.NODE_ENV ?? 'production',
        PORT: String(port),
        NODE_APP_INSTANCE: String(slot),
        [configurationVariable]: JSON.stringify(configuration),
      },
    });
    const worker: Worker = {
      slot,
      process: process_,
      startedAt: performance.now(),
      state: { name: 'starting' },
      failure: undefined,
      tookTooLong: false,
    };
    this.#slots[slot] = { ...this.#slotAt(slot), worker };

    const bootTimer = setTimeout(() => {
      worker.tookTooLong = true;
      process_.kill('SIGKILL');
    }, bootTimeoutMs);
    process_.on('message', (message: FromWorker) => {
      if (message.type === 'failed') worker.failure = message;
      if (message.type === 'ready') {
        clearTimeout(bootTimer);
        this.#becameReady(worker);
      }
    });
    process_.once('exit', (code, signal) => {
      clearTimeout(bootTimer);
      this.#exited(worker, { code, signal });
    });
  }

  #becameReady(worker: Worker): void {
    if (worker.state.name !== 'starting') return;
    const isFirst = !this.#wasEverReady;
    worker.state = { name: 'ready', since: performance.now() };
    this.#wasEverReady = true;
    log(
      `worker ${worker.slot} (pid ${worker.process.pid}) is ready after ${Math.round(performance.now() - worker.startedAt)} ms`,
    );
    this.#options.onReadyCount(this.#ready());
    if (!isFirst || this.#isStopping) return;
    for (const [slot, { worker: other }] of this.#slots.entries()) if (other === undefined) this.#startWorker(slot);
  }

  #exited(worker: Worker, exit: WorkerExit): void {
    const { slot, state } = worker;
    const slotState = this.#slotAt(slot);
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
      if (!this.#isStopping) this.#startWorker(slot);
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

  async #end(worker: Worker): Promise<void> {
    const { process: child, state } = worker;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const isServing = state.name === 'ready';
    worker.state = { name: 'draining' };
    if (isServing && child.connected) child.send({ type: 'drain' } satisfies ToWorker);
    else child.kill('SIGTERM');
    const killTimer = setTimeout(
      () => {
        log(`worker ${worker.slot} (pid ${child.pid}) did not end in time and is killed`);
        child.kill('SIGKILL');
      },
      isServing ? this.#options.stopTimeoutMs : killStartingAfterMs,
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

/** The options that let Node run a TypeScript entry. Absolute, so that the app's own packages do not matter. */
function typeScriptLoader(entry: string): string[] {
  return /\.[cm]?tsx?$/.test(entry) ? ['--import', `file://${contractPackages}/tsx/dist/loader.mjs`] : [];
}
