// The worker processes. decide.ts decides what to do; here it is done.
import type { Socket } from 'node:net';
import { type ClusterError, errors } from '../errors.ts';
import { every } from '../guarded.ts';
import { log, logWarning } from '../log.ts';
import { run, workerSocket } from '../paths.ts';
import type { StateInMemory } from '../worker/messages.ts';
import {
  isRange,
  observe,
  type ScalePolicy,
  type Scaler,
  sampleOf,
  scaleResultOf,
  startScaler,
} from './decide/autoscale.ts';
import { initialState } from './decide/decide.ts';
import { type PoolStatus, statusOf } from './decide/pool-status.ts';
import { tickEveryMs } from './decide/stall.ts';
import type { Effect, GoneWorker, Policy } from './decide/state.ts';
import { describeDeath, explainFailure, explainReloadFailure, isFailure } from './descriptions.ts';
import { FrontDoor } from './front-door.ts';
import type { Launch } from './launch.ts';
import { type Release, Releases } from './release.ts';
import { pointSlot } from './sockets.ts';
import { StateStore } from './state-store.ts';
import { WaitingRoom } from './waiting-room.ts';
import { WorkerProcess } from './worker-process.ts';

export interface PoolOptions {
  readonly policy: Policy;
  readonly launch: Launch;
  /** Connections wait while no worker is ready. Otherwise nginx is refused, and responds with an error. */
  readonly hasWaitingRoom: boolean;
  /** Without nginx: the port that clients connect to. */
  readonly frontDoorPort: number | undefined;
  /** How many workers there are at first. */
  readonly startWorkers: number;
  readonly scale: ScalePolicy;
  /** The number of ready workers has changed. */
  readonly onReadyCount: (ready: number) => void;
  readonly onStateInMemory: (slot: number, found: StateInMemory) => void;
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

interface ReloadListener {
  readonly onProgress: (progress: Progress) => void;
  /** The reload has ended. @param error why, before it was complete */
  readonly onEnd: (error: ClusterError | undefined) => void;
}

const sampleEveryMs = 1000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #processes = new Map<number, WorkerProcess>();
  readonly #releases = new Releases();
  readonly #store: StateStore;
  readonly #cut = new Map<number, number>();
  #turn = 0;
  #reloadListener: ReloadListener | undefined;
  #waitingRoom: WaitingRoom | undefined;
  #frontDoor: FrontDoor | undefined;
  #scaler: Scaler | undefined;

  constructor(options: PoolOptions) {
    const { policy, startWorkers, scale } = options;
    this.#options = options;
    const state = initialState(policy, startWorkers, performance.now());
    this.#store = new StateStore(state, (effect) => this.#perform(effect));
    if (isRange(scale)) this.#scaler = startScaler(scale, startWorkers);
    const handOver = (connection: Socket) => this.#handOver(connection);
    // nginx may be running already, if an earlier primary has died.
    if (options.hasWaitingRoom) this.#waitingRoom = new WaitingRoom(run.waitingSocket, handOver);
    if (options.frontDoorPort !== undefined) {
      this.#frontDoor = new FrontDoor(options.frontDoorPort, handOver, this.#wait.bind(this), options.onGiveUp);
    }
    for (const slot of this.#store.state.slots.keys()) this.#point(slot, undefined);
  }

  /** Starts the workers. None if the pool was stopped before. */
  start(release: Release): void {
    this.#releases.add(release);
    this.#store.dispatch({ type: 'start' });
    every(tickEveryMs, 'a tick of the pool', () => this.#store.dispatch({ type: 'tick' }));
    every(sampleEveryMs, 'scaling', () => this.#scaleByLoad());
  }

  /**
   * Gives each slot a worker of this release, one after the other: new first, then old.
   * @returns why the new release does not stay up, in which case the workers that were not replaced go on
   * @throws ClusterError RELOAD_UNDERWAY
   */
  async reload(
    release: Release,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<ClusterError | undefined> {
    if (this.#reloadListener !== undefined) throw errors.reloadUnderway();
    if (this.#store.state.isStopping) return errors.reloadInterrupted();
    const { promise, resolve } = Promise.withResolvers<ClusterError | undefined>();
    this.#reloadListener = { onProgress, onEnd: resolve };
    this.#store.dispatch({ type: 'reload', release: this.#releases.add(release) });
    return promise;
  }

  /**
   * @param workers how many there should be, or `auto`: as many as the load needs, if WORKERS is a range
   * @returns when so many are ready; or why one of the new ones did not start, which is retried
   * @throws ClusterError NOT_A_SCALE
   */
  async scale(workers: string): Promise<ClusterError | undefined> {
    const { scale, policy, startWorkers } = this.#options;
    const target = workers === 'auto' ? startWorkers : Number(workers);
    if (!/^(auto|\d+)$/.test(workers) || target < 1 || target > policy.slots) {
      throw errors.notAScale(workers, policy.slots);
    }
    this.#scaler = workers === 'auto' && isRange(scale) ? startScaler(scale, target) : undefined;
    this.#store.dispatch({ type: 'scale', workers: target });
    const result = await this.#store.until(scaleResultOf);
    return result === 'complete' ? undefined : this.#explainFailure(result);
  }

  /** nginx is about to stop: endless responses are ended, and every other one closes its client's connection. */
  closeClients(): void {
    for (const worker of this.#processes.values()) worker.closeClients();
  }

  /** Responses that were cut since closeClients(), by slot. */
  get cut(): ReadonlyMap<number, number> {
    return this.#cut;
  }

  /** Drains every worker, and kills those that take too long. Resolves when none is left. */
  async stop(): Promise<void> {
    this.#frontDoor?.close();
    this.#store.dispatch({ type: 'stop' });
    await this.#store.until(({ workers }) => workers.length === 0 || undefined);
    this.#waitingRoom?.close();
  }

  /** During a stop: kills the workers that are still draining. */
  readonly hasten = (): void => this.#store.dispatch({ type: 'hasten' });

  /** Each slot and its worker, and the workers on their way out, as of now. */
  status(): PoolStatus {
    return statusOf(this.#store.state, performance.now(), (worker) => this.#processes.get(worker)?.pid);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'fork':
        this.#fork(effect.worker, effect.slot, this.#releases.get(effect.release));
        break;
      case 'point':
        this.#point(effect.slot, effect.worker);
        break;
      case 'close-current-connections':
        this.#processes.get(effect.worker)?.closeCurrentConnections();
        break;
      case 'close-connections':
        this.#processes.get(effect.worker)?.closeConnections(effect.isClosing);
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
      case 'report-death':
        this.#reportDeath(effect.worker, effect.stack, effect.replacedInMs);
        break;
      case 'report-ready-count':
        this.#reportReadyCount(effect.ready);
        break;
      case 'report-reload-step':
        this.#reloadListener?.onProgress({ ...effect, pid: this.#processes.get(effect.worker)?.pid });
        break;
      case 'report-reload-end':
        this.#endReload(effect.isComplete, effect.failed);
        break;
      case 'give-up':
        this.#options.onGiveUp(this.#explainFailure(effect.worker));
        break;
    }
  }

  #point(slot: number, worker: number | undefined): void {
    if (worker !== undefined) pointSlot(slot, workerSocket(worker));
    else if (this.#waitingRoom !== undefined) pointSlot(slot, run.waitingSocket);
  }

  /** To each ready worker in turn. */
  #handOver(connection: Socket): boolean {
    const { slots, workers } = this.#store.state;
    const workersWithASlot = new Set(slots.map(({ leadsTo }) => leadsTo));
    const serving = workers.filter(({ id, life }) => life.name === 'ready' && workersWithASlot.has(id));
    this.#turn += 1;
    const worker = this.#processes.get(serving[this.#turn % serving.length]?.id ?? 0);
    worker?.handOver(connection);
    return worker !== undefined;
  }

  #fork(id: number, slot: number, release: Release): void {
    const worker = new WorkerProcess(id, slot, release, this.#options.launch, {
      onReady: () => this.#becomeReady(worker),
      onClosed: () => {
        log(`worker ${slot} (pid ${worker.pid}): the app has closed its server; no request until it listens again`);
        this.#store.dispatch({ type: 'closed', worker: id });
      },
      onRetire: () => this.#store.dispatch({ type: 'retire', worker: id }),
      onUnserved: (connection) => this.#wait(connection),
      onReport: (report) => {
        if (report.cut > 0) this.#cut.set(slot, report.cut);
        this.#store.dispatch({ type: 'report', worker: id, report });
      },
      onStateInMemory: (found) => this.#options.onStateInMemory(slot, found),
      onExit: (exit) => {
        this.#store.dispatch({ type: 'exited', worker: id, exit });
        this.#forgetExitedWorkers();
        worker.removeSocket();
        for (const connection of worker.pendingHandoffs) this.#wait(connection);
      },
    });
    this.#processes.set(id, worker);
  }

  #becomeReady({ id, slot, pid, startedAt }: WorkerProcess): void {
    const life = this.#store.state.workers.find((worker) => worker.id === id)?.life;
    const readyAfterMs = Math.round(performance.now() - startedAt);
    if (life?.name === 'starting') log(`worker ${slot} (pid ${pid}) is ready after ${readyAfterMs} ms`);
    if (life?.name === 'closed') log(`worker ${slot} (pid ${pid}): the app listens again`);
    this.#store.dispatch({ type: 'ready', worker: id });
  }

  /** Until a worker is ready. */
  #wait(connection: Socket): void {
    if (this.#waitingRoom === undefined) connection.destroy();
    else this.#waitingRoom.add(connection);
  }

  async #captureStack(id: number): Promise<void> {
    this.#store.dispatch({ type: 'stack', worker: id, stack: await this.#processes.get(id)?.captureStack() });
  }

  #reportDeath(worker: GoneWorker, stack: string | undefined, replacedInMs: number | undefined): void {
    const write = isFailure(worker.life.reason) ? logWarning : log;
    const process = this.#processes.get(worker.id);
    write(describeDeath(worker, process?.pid, stack, replacedInMs));
    if (process?.failure?.hint !== undefined) write(process.failure.hint);
  }

  #reportReadyCount(ready: number): void {
    this.#options.onReadyCount(ready);
    if (ready > 0) this.#frontDoor?.open();
    this.#waitingRoom?.handOverAll();
  }

  #endReload(isComplete: boolean, failed: GoneWorker | undefined): void {
    const listener = this.#reloadListener;
    this.#reloadListener = undefined;
    if (isComplete) listener?.onEnd(undefined);
    else if (failed === undefined) listener?.onEnd(errors.reloadInterrupted());
    else listener?.onEnd(explainReloadFailure(this.#processOf(failed), failed, this.#options.policy));
  }

  #explainFailure(gone: GoneWorker): ClusterError {
    return explainFailure(this.#processOf(gone), gone, this.#options.policy);
  }

  #processOf({ id }: GoneWorker): WorkerProcess {
    return this.#processes.get(id) as WorkerProcess;
  }

  #scaleByLoad(): void {
    if (this.#scaler === undefined || this.#store.state.isStopping) return;
    const { target } = this.#scaler;
    this.#scaler = observe(this.#scaler, sampleOf(this.#store.state, performance.now()));
    if (this.#scaler.target === target) return;
    log(`the load wants ${this.#scaler.target} workers instead of ${target}`);
    this.#store.dispatch({ type: 'scale', workers: this.#scaler.target });
  }

  /** Of those that have exited, only the last one of each slot is still reported. */
  #forgetExitedWorkers(): void {
    const { workers, slots, reload } = this.#store.state;
    const known = new Set([...workers.map(({ id }) => id), ...slots.map(({ last }) => last?.id)]);
    for (const id of this.#processes.keys()) if (!known.has(id)) this.#processes.delete(id);
    const releases = [...workers, ...slots].map(({ release }) => release);
    this.#releases.keepOnly(new Set(releases.concat(reload?.release ?? [])));
  }
}
