// One worker's process: starts it, talks to it and ends it. Decides nothing.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { after, on, once } from '../guarded.ts';
import { log } from '../log.ts';
import { withoutHeapOf } from '../machine/node-options.ts';
import { run, workerLogName, workerSocket } from '../paths.ts';
import { manifestVariable } from '../typescript/manifest.ts';
import {
  acceptors,
  configurationVariable,
  type FromWorker,
  type Report,
  type StateInMemory,
  type ToWorker,
  type WorkerConfiguration,
  watchdogDescriptor,
} from '../worker/messages.ts';
import type { WorkerExit } from './decide/state.ts';
import type { Launch } from './launch.ts';
import { describeListeners } from './launcher-hint.ts';
import type { Release } from './release.ts';
import { withOpenSocket } from './sockets.ts';
import { requestStack } from './watchdog-pipe.ts';
import { openOutput } from './worker-output.ts';

export interface WorkerListeners {
  /** Also when the app listens again. */
  readonly onReady: () => void;
  readonly onClosed: () => void;
  readonly onRetire: () => void;
  /** A connection that it cannot serve, unread. */
  readonly onUnserved: (connection: Socket) => void;
  readonly onReport: (report: Report) => void;
  readonly onStateInMemory: (found: StateInMemory) => void;
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
  /** What may be the reason if it does not become ready: the rest of a sentence that begins with the app's entry. */
  hint: string | undefined;
  wasReady = false;
  /** Connections that were handed to it and that it has not confirmed, oldest first. */
  readonly pendingHandoffs: Socket[] = [];
  readonly #child: ChildProcess;

  constructor(id: number, slot: number, release: Release, launch: Launch, listeners: WorkerListeners) {
    this.id = id;
    this.slot = slot;
    this.release = release;
    const output = openOutput(workerLogName(id, launch.logNames));
    this.#child = withOpenSocket(workerSocket(id), (socket) => {
      const watchdog = launch.settings.workerStallTimeoutMs > 0 ? (['pipe'] as const) : [];
      const sockets = socket === undefined ? [] : Array.from({ length: acceptors }, () => socket);
      const descriptors = sockets.map((_, number) => watchdogDescriptor + watchdog.length + number);
      const environment = environmentOf(id, slot, release, launch, descriptors);
      const nodeFlags = withoutHeapOf(environment.NODE_OPTIONS ?? '', launch.nodeFlags);
      return fork(release.entry, [...release.args, ...launch.appArguments], {
        cwd: release.folder,
        // The app's own preloads come last: they may listen already.
        execArgv: [...nodeFlags, '--require', preload, ...release.nodeFlags],
        env: environment,
        // A process group of its own, so that what the app has started ends with it.
        detached: true,
        stdio: ['inherit', output.out, output.err, 'ipc', ...watchdog, ...sockets],
      });
    });
    output.close();
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
    this.#send({ type: 'cluster:close-current-connections' });
  }

  /** @param isClosing each response closes its connection from now on; or connections are kept again */
  closeConnections(isClosing: boolean): void {
    this.#send({ type: 'cluster:close-connections', isClosing });
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
    const { exitCode, signalCode } = this.#child;
    const isRunning = exitCode === null && signalCode === null;
    if (isRunning && !this.wasReady) this.hint ??= describeListeners(this.pid, this.release.folder);
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

  #listen(listeners: WorkerListeners): void {
    const child = this.#child;
    on(child, 'message', 'a message of a worker', (message: FromWorker | null, connection?: Socket) => {
      if (message?.type !== undefined) this.#receive(message, connection, listeners);
    });
    // Writing to a worker that has just exited fails; its exit is handled anyway.
    if (this.#watchdogPipe !== undefined) on(this.#watchdogPipe, 'error', 'the watchdog', () => {});
    on(child, 'error', 'the start of a worker', (error: Error) => {
      if (this.pid !== undefined) return;
      log(`worker ${this.slot} cannot be started: ${error.message}`);
      listeners.onExit({ code: 1, signal: null });
    });
    once(child, 'exit', 'the exit of a worker', async (code: number | null, signal: NodeJS.Signals | null) => {
      await this.#lastMessages();
      this.#cleanUp();
      listeners.onExit({ code, signal });
    });
  }

  #receive(message: FromWorker, connection: Socket | undefined, listeners: WorkerListeners): void {
    switch (message.type) {
      case 'cluster:ready':
        this.wasReady = true;
        listeners.onReady();
        break;
      case 'cluster:closed':
        listeners.onClosed();
        break;
      case 'cluster:retire':
        listeners.onRetire();
        break;
      case 'cluster:report':
        listeners.onReport(message.report);
        break;
      case 'cluster:taken':
        this.pendingHandoffs.shift()?.destroy();
        break;
      case 'cluster:refused':
        connection = this.pendingHandoffs.shift();
        if (connection !== undefined) listeners.onUnserved(connection);
        break;
      case 'cluster:unserved':
        if (connection !== undefined) listeners.onUnserved(connection);
        break;
      case 'cluster:hint':
        this.hint = message.hint;
        break;
      case 'cluster:state-in-memory':
        listeners.onStateInMemory(message.found);
        break;
      case 'cluster:failed':
        this.failure = message;
        break;
    }
  }

  /** Resolves when all that the process has said was read. */
  async #lastMessages(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#child.connected) {
      after(lastMessagesMs, 'the exit of a worker', resolve);
      once(this.#child, 'disconnect', 'the exit of a worker', resolve);
    } else resolve();
    await promise;
    await nextTurn();
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
  { settings, environment, isNodeEnvironmentSet, debugger: appDebugger }: Launch,
  descriptors: readonly number[],
): NodeJS.ProcessEnv {
  const configuration: WorkerConfiguration = {
    ...settings,
    slot,
    entry: release.entry,
    socket: workerSocket(id),
    descriptors,
    compileCache: run.compileCache,
    debugger: slot === 0 ? appDebugger : undefined,
  };
  return {
    ...release.environment,
    ...environment,
    NODE_ENV: isNodeEnvironmentSet ? environment.NODE_ENV : (release.environment.NODE_ENV ?? environment.NODE_ENV),
    // As a shell would have it.
    PWD: release.folder,
    PORT: String(settings.port),
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
