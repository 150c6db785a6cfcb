// One worker's process: starts it, talks to it and ends it. Decides nothing.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type LogLevel, log } from '../log.ts';
import { run, workerSocket } from '../paths.ts';
import { manifestVariable } from '../typescript/manifest.ts';
import {
  acceptors,
  configurationVariable,
  type FromWorker,
  type Report,
  type ToWorker,
  type WorkerConfiguration,
  watchdogDescriptor,
} from '../worker/messages.ts';
import type { WorkerExit } from './decide/state.ts';
import type { Release } from './release.ts';
import { withOpenSocket } from './sockets.ts';
import { requestStack } from './watchdog-pipe.ts';

/** The same for all workers of a pool. */
export interface WorkerOptions {
  readonly appArguments: readonly string[];
  /** The port that the app is told to listen on. */
  readonly port: number;
  /** Flags of Node's own, such as its heap's size. */
  readonly workerNodeOptions: readonly string[];
  /** NODE_ENV where the container has none. */
  readonly nodeEnvironment: string;
  /** Of the worker's own lines; the app's are its own. */
  readonly logLevel: LogLevel;
  readonly isBehindNginx: boolean;
  readonly isCached: boolean;
  /** See WorkerConfiguration. */
  readonly basePath: string;
  /** The request head that it takes, in bytes. */
  readonly maxHeaderBytes: number;
  /** See WorkerConfiguration. */
  readonly notSentAway: readonly string[] | undefined;
  readonly reportEveryMs: number;
  /** Each worker has a thread that can tell where it is stalled. */
  readonly isWatched: boolean;
}

export interface WorkerListeners {
  readonly onReady: () => void;
  readonly onReport: (report: Report) => void;
  /** Called once, after its last message. */
  readonly onExit: (exit: WorkerExit) => void;
}

/** A worker's own reason for its exit. */
export type Failure = FromWorker & { type: 'cluster:failed' };

const preload = join(import.meta.dirname, '../worker/preload.js');

/** The last messages of a process may be read a moment after its exit is known. */
const lastMessagesMs = 100;

export class WorkerProcess {
  readonly id: number;
  readonly slot: number;
  readonly release: Release;
  readonly startedAt = performance.now();
  failure: Failure | undefined;
  wasReady = false;
  /** Connections that were handed to it and that it has not confirmed, oldest first. */
  readonly pendingHandoffs: Socket[] = [];
  readonly #child: ChildProcess;

  constructor(id: number, slot: number, release: Release, options: WorkerOptions, listeners: WorkerListeners) {
    this.id = id;
    this.slot = slot;
    this.release = release;
    this.#child = withOpenSocket(workerSocket(id), (socket) => {
      const watchdog = options.isWatched ? (['pipe'] as const) : [];
      const sockets = socket === undefined ? [] : Array.from({ length: acceptors }, () => socket);
      const descriptors = sockets.map((_, number) => watchdogDescriptor + watchdog.length + number);
      return fork(release.entry, options.appArguments, {
        cwd: release.folder,
        // As much as nginx lets through: Node's own 16 KB would answer 431 to what nginx had accepted.
        execArgv: [
          `--max-http-header-size=${options.maxHeaderBytes}`,
          ...options.workerNodeOptions,
          '--require',
          preload,
        ],
        env: environmentOf(id, slot, release, options, descriptors),
        // A process group of its own, so that what the app has started ends with it.
        detached: true,
        stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...watchdog, ...sockets],
      });
    });
    if (this.pid !== undefined) recordGroup(this.pid);
    this.#listen(listeners);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @param isReplaced nginx goes on, and another worker has taken over the slot */
  drain(isReplaced: boolean): void {
    this.#send({ type: 'cluster:drain', isReplaced });
  }

  /** Each connection that it has now is closed with its next response. */
  closeCurrentConnections(): void {
    this.#send({ type: 'cluster:shed' });
  }

  /** @param isClosing each response closes its connection from now on; or connections are kept again */
  closeConnections(isClosing: boolean): void {
    this.#send({ type: 'cluster:give-way', isGivingWay: isClosing });
  }

  /** Hands a connection to it. It stays open here, too, until the worker has confirmed it. */
  handOver(connection: Socket): void {
    this.pendingHandoffs.push(connection);
    if (!this.#child.connected) return;
    this.#child.send({ type: 'cluster:connection' } satisfies ToWorker, connection, { keepOpen: true }, () => {});
  }

  /** nginx is about to stop: each response closes its client's connection. */
  closeClients(): void {
    this.#send({ type: 'cluster:close-clients' });
  }

  /** For a worker that is not ready yet. */
  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Kills the worker and every process that it has started. */
  kill(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** @returns the stack of its event loop in one line; undefined without a watchdog. See requestStack() */
  async captureStack(): Promise<string | undefined> {
    const pipe = this.#watchdogPipe;
    return pipe === undefined ? undefined : requestStack(pipe);
  }

  get #watchdogPipe(): Socket | undefined {
    return (this.#child.stdio[watchdogDescriptor] as Socket | null | undefined) ?? undefined;
  }

  #listen({ onReady, onReport, onExit }: WorkerListeners): void {
    const child = this.#child;
    child.on('message', (message: FromWorker | null) => {
      if (message?.type === 'cluster:failed') this.failure = message;
      if (message?.type === 'cluster:report') onReport(message.report);
      if (message?.type === 'cluster:taken') this.pendingHandoffs.shift()?.destroy();
      if (message?.type === 'cluster:ready') {
        this.wasReady = true;
        onReady();
      }
    });
    // Writing to a worker that has just exited fails; its exit is handled anyway.
    this.#watchdogPipe?.on('error', () => {});
    child.on('error', (error) => {
      if (this.pid !== undefined) return;
      log(`worker ${this.slot} cannot be started: ${error.message}`);
      onExit({ code: 1, signal: null });
    });
    child.once('exit', (code, signal) => {
      const report = () => {
        this.#cleanUp();
        onExit({ code, signal });
      };
      if (!child.connected) return setImmediate(report);
      const timer = setTimeout(done, lastMessagesMs);
      child.once('disconnect', done);
      function done() {
        clearTimeout(timer);
        child.off('disconnect', done);
        setImmediate(report);
      }
    });
  }

  #cleanUp(): void {
    if (this.pid === undefined) return;
    this.kill();
    this.#watchdogPipe?.destroy();
    rmSync(join(run.workers, String(this.pid)), { force: true });
  }

  /** Removes the socket that it listened on. */
  removeSocket(): void {
    rmSync(workerSocket(this.id), { force: true });
  }

  #send(message: ToWorker): void {
    // It may exit between the check and the sending.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

function environmentOf(
  id: number,
  slot: number,
  release: Release,
  options: WorkerOptions,
  descriptors: readonly number[],
): NodeJS.ProcessEnv {
  const configuration: WorkerConfiguration = {
    slot,
    entry: release.entry,
    socket: workerSocket(id),
    descriptors,
    port: options.port,
    compileCache: run.compileCache,
    logLevel: options.logLevel,
    isBehindNginx: options.isBehindNginx,
    isCached: options.isCached,
    basePath: options.basePath,
    notSentAway: options.notSentAway,
    reportEveryMs: options.reportEveryMs,
    isWatched: options.isWatched,
  };
  return {
    ...process.env,
    NODE_ENV: process.env.NODE_ENV ?? options.nodeEnvironment,
    PORT: String(options.port),
    NODE_APP_INSTANCE: String(slot),
    [manifestVariable]: release.manifest,
    [configurationVariable]: JSON.stringify(configuration),
  };
}

/** For the supervisor, which ends the process groups that a killed primary has left behind. */
function recordGroup(processGroup: number): void {
  mkdirSync(run.workers, { recursive: true });
  writeFileSync(join(run.workers, String(processGroup)), '');
}
