// The worker processes. What is to be done is decided in decide.ts; here it is done.
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import { type ClusterError, errors } from '../errors.ts';
import { log, logWarning } from '../log.ts';
import { run, slotSocket, workerSocket } from '../paths.ts';
import { observe, type ScalePolicy, sampleOf, startScaler } from './decide/autoscale.ts';
import { decide, initialState } from './decide/decide.ts';
import { describeExit } from './decide/failure.ts';
import { type PoolStatus, statusOf } from './decide/pool-status.ts';
import { reportEveryMs, tickEveryMs } from './decide/stall.ts';
import type { Effect, GoneWorker, Policy, PoolEvent, PoolState } from './decide/state.ts';
import { describeDeath, explain, isFailure } from './descriptions.ts';
import { FrontDoor } from './front-door.ts';
import type { Release } from './release.ts';
import { WaitingRoom } from './waiting-room.ts';
import { type WorkerOptions, WorkerProcess } from './worker-process.ts';

export interface PoolOptions extends Omit<WorkerOptions, 'reportEveryMs' | 'isWatched'> {
  readonly policy: Policy;
  /** Connections wait while no worker serves. Otherwise nginx is refused, and says so to the client. */
  readonly hasWaitingRoom: boolean;
  /** Where there is no nginx: the port that clients come to. */
  readonly frontDoorPort: number | undefined;
  /** How many workers there are at first. */
  readonly startWorkers: number;
  readonly scale: ScalePolicy;
  /** The number of ready workers has changed. */
  readonly onReadyCount: (ready: number) => void;
  /** No worker can be kept running. */
  readonly onGiveUp: (error: ClusterError) => void;
}

/** One step of a reload. */
export interface Progress {
  readonly slot: number;
  readonly pid: number | undefined;
  readonly step: 'starting' | 'replaced';
  /** Slots that run the new release, and how many there are. */
  readonly done: number;
  readonly of: number;
}

interface Roll {
  readonly onProgress: (progress: Progress) => void;
  readonly resolve: (error: ClusterError | undefined) => void;
}

const sampleEveryMs = 1000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #workerOptions: WorkerOptions;
  readonly #processes = new Map<number, WorkerProcess>();
  readonly #releases = new Map<number, Release>();
  readonly #events: PoolEvent[] = [];
  #state: PoolState;
  readonly #cut = new Map<number, number>();
  #isDeciding = false;
  #turn = 0;
  #roll: Roll | undefined;
  #waitingRoom: WaitingRoom | undefined;
  #frontDoor: FrontDoor | undefined;
  #scaler: ReturnType<typeof startScaler> | undefined;
  /** Told after each change. */
  readonly #watchers = new Set<() => void>();

  constructor(options: PoolOptions) {
    const { policy, startWorkers, scale } = options;
    this.#options = options;
    this.#workerOptions = {
      ...options,
      reportEveryMs: reportEveryMs(policy),
      isWatched: policy.stallTimeoutMs > 0,
    };
    this.#state = initialState(policy, startWorkers, performance.now());
    if (isRange(scale)) this.#scaler = startScaler(scale, startWorkers);
    // nginx may be running already, where an earlier primary has ended.
    if (options.hasWaitingRoom) {
      this.#waitingRoom = new WaitingRoom(run.waitingSocket, (connection) => this.#handOver(connection));
    }
    if (options.frontDoorPort !== undefined) {
      this.#frontDoor = new FrontDoor(
        options.frontDoorPort,
        (connection) => this.#handOver(connection),
        (connection) => this.#waitingRoom?.enter(connection),
        (error) => options.onGiveUp(error as ClusterError),
      );
    }
    for (const slot of this.#state.slots.keys()) this.#point(slot, undefined);
  }

  /** Starts the workers. None where a stop has come before. */
  start(release: Release): void {
    this.#releases.set(1, release);
    this.#handle({ type: 'start' });
    setInterval(() => this.#handle({ type: 'tick' }), tickEveryMs);
    setInterval(() => this.#scaleByLoad(), sampleEveryMs);
  }

  /**
   * Gives each slot a worker of this release, one after the other: new first, then old.
   * @returns why the new release does not stay up, in which case what was not replaced goes on as it is
   * @throws ClusterError RELOAD_UNDERWAY
   */
  async reload(
    release: Release,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<ClusterError | undefined> {
    if (this.#roll !== undefined) throw errors.reloadUnderway();
    if (this.#state.isStopping) return errors.reloadInterrupted();
    const { promise, resolve } = Promise.withResolvers<ClusterError | undefined>();
    const number = Math.max(1, ...this.#releases.keys()) + 1;
    this.#releases.set(number, release);
    this.#roll = { onProgress, resolve };
    this.#handle({ type: 'reload', release: number });
    return promise;
  }

  /**
   * @param workers how many there are to be, or `auto`: as many as the load wants, where WORKERS is a range
   * @returns when so many are ready, or why one of the new ones did not start; it is tried again
   * @throws ClusterError NOT_A_SCALE
   */
  async scale(workers: string): Promise<ClusterError | undefined> {
    const { scale, policy, startWorkers } = this.#options;
    const target = workers === 'auto' ? startWorkers : Number(workers);
    if (!/^(auto|\d+)$/.test(workers) || target < 1 || target > policy.slots) {
      throw errors.notAScale(workers, policy.slots);
    }
    this.#scaler = workers === 'auto' && isRange(scale) ? startScaler(scale, target) : undefined;
    this.#handle({ type: 'scale', workers: target });
    return this.#until(() => this.#scaled());
  }

  /** nginx is about to stop: what would never end is ended, and each answer closes its client's connection. */
  closeClients(): void {
    for (const worker of this.#processes.values()) worker.closeClients();
  }

  /** Answers that were cut since closeClients(), by slot. */
  get cut(): ReadonlyMap<number, number> {
    return this.#cut;
  }

  /** Lets every worker end by itself, kills those that take too long. Resolves when none is left. */
  async stop(): Promise<void> {
    this.#frontDoor?.close();
    this.#handle({ type: 'stop' });
    await this.#until(() => (this.#state.workers.length === 0 ? { is: undefined } : undefined));
  }

  status(): PoolStatus {
    return statusOf(this.#state, performance.now(), (worker) => this.#processes.get(worker)?.pid);
  }

  #handle(event: PoolEvent): void {
    this.#events.push(event);
    // An effect may bring the next event: it waits until all effects of this one are done.
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const { state, effects } = decide(this.#state, next, { now: performance.now(), random: Math.random() });
      this.#state = state;
      for (const effect of effects) this.#perform(effect);
      if (next.type === 'exited') this.#forgetTheGone();
    }
    this.#isDeciding = false;
    for (const watcher of this.#watchers) watcher();
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'fork':
        this.#fork(effect.worker, effect.slot, effect.release);
        break;
      case 'point':
        this.#point(effect.slot, effect.worker);
        break;
      case 'shed':
        this.#processes.get(effect.worker)?.shed();
        break;
      case 'give-way':
        this.#processes.get(effect.worker)?.giveWay(effect.isGivingWay);
        break;
      case 'drain':
        this.#processes.get(effect.worker)?.drain(effect.isReplaced);
        break;
      case 'terminate':
        this.#processes.get(effect.worker)?.terminate();
        break;
      case 'kill':
        this.#processes.get(effect.worker)?.kill();
        break;
      case 'capture-stack':
        this.#captureStack(effect.worker);
        break;
      case 'tell-death':
        this.#tellDeath(effect.worker, effect.stack, effect.replacedInMs);
        break;
      case 'tell-ready-count':
        this.#options.onReadyCount(effect.ready);
        if (effect.ready > 0) this.#frontDoor?.open();
        this.#waitingRoom?.call();
        break;
      case 'tell-step':
        this.#roll?.onProgress({ ...effect, pid: this.#processes.get(effect.worker)?.pid });
        break;
      case 'tell-rolled':
        this.#endRoll(effect.isComplete, effect.failed);
        break;
      case 'give-up':
        this.#options.onGiveUp(this.#explain(effect.worker));
        break;
    }
  }

  #point(slot: number, worker: number | undefined): void {
    if (worker !== undefined) link(slotSocket(slot), workerSocket(worker));
    else if (this.#waitingRoom !== undefined) link(slotSocket(slot), run.waitingSocket);
  }

  /** To each worker that serves in turn. */
  #handOver(connection: Socket): boolean {
    const led = new Set(this.#state.slots.map(({ leadsTo }) => leadsTo));
    const serving = this.#state.workers.filter(({ id, life }) => life.name === 'ready' && led.has(id));
    this.#turn += 1;
    const worker = this.#processes.get(serving[this.#turn % serving.length]?.id ?? 0);
    worker?.take(connection);
    return worker !== undefined;
  }

  #fork(id: number, slot: number, number: number): void {
    const release = this.#releases.get(number) as Release;
    const worker = new WorkerProcess(id, slot, release, this.#workerOptions, {
      onReady: () => {
        if (this.#state.workers.find((worker) => worker.id === id)?.life.name !== 'starting') return;
        log(`worker ${slot} (pid ${worker.pid}) is ready after ${Math.round(performance.now() - worker.startedAt)} ms`);
        this.#handle({ type: 'ready', worker: id });
      },
      onReport: (report) => {
        if (report.cut > 0) this.#cut.set(slot, report.cut);
        this.#handle({ type: 'report', worker: id, report });
      },
      onExit: (exit) => {
        this.#handle({ type: 'exited', worker: id, exit });
        worker.removeSocket();
        for (const connection of worker.untaken) this.#waitingRoom?.enter(connection);
      },
    });
    this.#processes.set(id, worker);
  }

  async #captureStack(id: number): Promise<void> {
    const stack = await this.#processes.get(id)?.captureStack();
    this.#handle({ type: 'stack', worker: id, stack });
  }

  #tellDeath(worker: GoneWorker, stack: string | undefined, replacedInMs: number | undefined): void {
    const say = isFailure(worker.life.reason) ? logWarning : log;
    say(describeDeath(worker, this.#processes.get(worker.id)?.pid, stack, replacedInMs));
  }

  #endRoll(isComplete: boolean, failed: GoneWorker | undefined): void {
    const roll = this.#roll;
    this.#roll = undefined;
    roll?.resolve(isComplete ? undefined : failed === undefined ? errors.reloadInterrupted() : this.#whyNot(failed));
  }

  /** Why a new worker did not take over. */
  #whyNot(failed: GoneWorker): ClusterError {
    const worker = this.#processes.get(failed.id);
    if (worker?.wasReady !== true) return this.#explain(failed);
    const { reason, exit } = failed.life;
    const how = reason === 'stalled' ? 'was stalled' : describeExit(exit);
    return errors.appDoesNotStayUp(worker.release.name, how, this.#options.policy.reloadSettleMs / 1000);
  }

  #explain(gone: GoneWorker): ClusterError {
    return explain(this.#processes.get(gone.id) as WorkerProcess, gone, this.#options.policy.bootTimeoutMs);
  }

  #scaleByLoad(): void {
    if (this.#scaler === undefined || this.#state.isStopping) return;
    const { target } = this.#scaler;
    this.#scaler = observe(this.#scaler, sampleOf(this.#state, performance.now()));
    if (this.#scaler.target === target) return;
    log(`the load wants ${this.#scaler.target} workers instead of ${target}`);
    this.#handle({ type: 'scale', workers: this.#scaler.target });
  }

  #scaled(): { is: ClusterError | undefined } | undefined {
    const { workers, target, slots } = this.#state;
    const isDone = workers.filter(({ life }) => life.name === 'ready').length === target && workers.length === target;
    if (isDone) return { is: undefined };
    const failed = slots
      .slice(0, target)
      .find(({ last, starts, failuresInARow }) => starts === 1 && last !== undefined && failuresInARow > 0)?.last;
    return failed === undefined ? undefined : { is: this.#explain(failed) };
  }

  /** Resolves with the first answer, asked for now and after each change. */
  #until<T>(answer: () => { is: T } | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = answer();
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found.is);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Of those that have ended, only the last one of each slot is still spoken of. */
  #forgetTheGone(): void {
    const { workers, slots, roll } = this.#state;
    const known = new Set([...workers.map(({ id }) => id), ...slots.map(({ last }) => last?.id)]);
    for (const id of this.#processes.keys()) if (!known.has(id)) this.#processes.delete(id);
    const used = new Set([...workers, ...slots].map(({ release }) => release).concat(roll?.release ?? []));
    const newest = Math.max(...this.#releases.keys());
    for (const number of this.#releases.keys()) {
      if (!used.has(number) && number !== newest) this.#releases.delete(number);
    }
  }
}

function isRange({ minWorkers, maxWorkers }: ScalePolicy): boolean {
  return minWorkers < maxWorkers;
}

/** nginx finds a slot's socket by its name, at each connection: it has nothing to learn. */
function link(name: string, target: string): void {
  const temporary = `${name}.next`;
  rmSync(temporary, { force: true });
  symlinkSync(basename(target), temporary);
  renameSync(temporary, name);
}
