// Preloaded into each worker (`node --require worker/preload.js ENTRY`): the app's entry stays the real main module,
// so that `require.main === module` and the like hold. This file arranges what surrounds it.
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import type { Socket } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { explainMissingPackage } from '../app/missing-package.ts';
import { patienceFor } from '../app/own-listen.ts';
import { type Recognised, readyExport, recognise } from '../app/recognise.ts';
import { type Close, serve } from '../app/serve.ts';
import { explainWriteFailure } from '../app/write-failure.ts';
import { configureLog, log, logWarning } from '../log.ts';
import { installTypeScriptHooks } from '../typescript/hooks.ts';
import { manifestVariable } from '../typescript/manifest.ts';
import { AppReadiness } from './app-readiness.ts';
import { drain } from './drain.ts';
import { findExitCall } from './exit-call.ts';
import { Listener } from './listen.ts';
import { whenMainModuleBegins } from './main-module.ts';
import {
  configurationVariable,
  type FailureReason,
  type FromWorker,
  type ToWorker,
  type WorkerConfiguration,
} from './messages.ts';
import { actAsClusterWorker } from './node-cluster.ts';
import { type Reporter, startReporting } from './reporter.ts';
import { StateWatch } from './state-in-memory.ts';
import { letStreamsFlow } from './streams.ts';
import { Title } from './title.ts';
import { startWatchdog } from './watchdog.ts';

/** Characters of an app's error message that are shown as the reason for the container's end. */
const longestReason = 500;

/** How long an app that exports something may take to listen by itself, where that is likely. */
const ownListenMs = 3000;

/** Between the primary and the app of this process. */
class WorkerRuntime {
  readonly #configuration: WorkerConfiguration;
  readonly #title: Title;
  readonly #readiness = new AppReadiness(() => this.#reporter?.now());
  readonly #listener: Listener;
  #reporter: Reporter | undefined;
  #close: Close | undefined;
  /** Exported by an app that is expected to listen itself: served if it does not. */
  #fallback: Recognised | undefined;
  #isDraining = false;
  #isLoopEmpty = false;
  readonly #stateWatch: StateWatch | undefined;

  constructor(configuration: WorkerConfiguration, stateWatch: StateWatch | undefined) {
    this.#stateWatch = stateWatch;
    const { slot, compileCache, isBehindNginx, isCached } = configuration;
    this.#configuration = configuration;
    this.#title = new Title(`worker ${slot}`);
    this.#title.show('starting');
    configureLog(configuration);
    enableCompileCache(compileCache);
    actAsClusterWorker(slot, () => send({ type: 'cluster:retire' }));
    if (isBehindNginx) letStreamsFlow(isCached);
    this.#listener = new Listener({
      ...configuration,
      onReady: () => this.#becomeReady(),
      onClosed: () => this.#becomeClosed(),
      onRequest: () => this.#reporter?.ifDue(),
      onUnserved: (connection) => send({ type: 'cluster:unserved' }, connection),
      onHint: (hint) => send({ type: 'cluster:hint', hint }),
    });
  }

  start(): void {
    process.on('message', (message: ToWorker | undefined | null, connection?: unknown) => {
      if (typeof message?.type === 'string') this.#obey(message, connection);
    });
    // The primary is gone: nobody could drain this worker any more.
    process.on('disconnect', () => process.exit(0));
    // The channel alone does not keep a process running whose app has come to its end.
    process.channel?.unref();
    // Watches only: Node goes on to print the stack and to end the process.
    process.on('uncaughtExceptionMonitor', (error) => {
      fail('threw', inOneLine(error), explainWriteFailure(error) ?? explainMissingPackage(error));
      // The app may have a handler that lets the process go on.
      setImmediate(() => {
        hasFailed = false;
      });
    });
    process.on('exit', (code) => {
      if (hasFailed || this.#isDraining || !process.connected) return;
      const how = describeEnd(findExitCall(String(new Error().stack)), this.#isLoopEmpty);
      fail('exited', how);
      if (code === 0 && this.#listener.hasServed) logWarning(`worker ${this.#configuration.slot} ends: ${how}`);
    });
    // Nothing is left to do. What was exported is served now; where nothing was, that is said at once and not after BOOT_TIMEOUT.
    process.once('beforeExit', () => {
      this.#isLoopEmpty = true;
      if (this.#listener.hasServed) return;
      if (this.#fallback === undefined) refuse('it ran to its end without listening');
      this.#serve(this.#fallback);
    });
    // Only then is the import the same module again, and not a first run of it.
    whenMainModuleBegins(realpathSync(this.#configuration.entry), () => this.#lookAtExports());
  }

  #becomeReady(): void {
    send({ type: 'cluster:ready' });
    this.#title.show('ready');
    if (this.#reporter !== undefined) return;
    const { reportEveryMs, workerStallTimeoutMs } = this.#configuration;
    this.#reporter = startReporting(reportEveryMs, this.#listener, this.#readiness, (report) =>
      send({ type: 'cluster:report', report }),
    );
    if (workerStallTimeoutMs > 0) startWatchdog();
    this.#stateWatch?.begin();
    // Written at an orderly exit only, otherwise: the next worker wants it now.
    setImmediate(flushCompileCache);
  }

  #becomeClosed(): void {
    if (this.#isDraining) return; // the app's own shutdown
    send({ type: 'cluster:closed' });
    this.#title.show('closed');
  }

  #obey(message: ToWorker, connection: unknown): void {
    const { connections, closing } = this.#listener;
    switch (message.type) {
      case 'cluster:connection':
        send({ type: this.#listener.adopt(connection as Socket) ? 'cluster:taken' : 'cluster:refused' });
        break;
      case 'cluster:close-clients':
        closing.begin(this.#configuration.nonReplayablePaths);
        if (!this.#configuration.isBehindNginx) connections.closeAll(true);
        break;
      case 'cluster:close-current-connections':
        connections.closeCurrent();
        break;
      case 'cluster:close-connections':
        if (!this.#isDraining) connections.closeAll(message.isClosing);
        break;
      case 'cluster:drain':
        this.#drain(message.isReplaced);
        break;
    }
  }

  #drain(isReplaced: boolean): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#title.show('draining');
    if (this.#configuration.debugger !== undefined) appDebugger().closeDebugger();
    drain(this.#listener, isReplaced && this.#configuration.isBehindNginx, () => {
      this.#reporter?.now();
      return this.#close?.();
    });
  }

  async #lookAtExports(): Promise<void> {
    const { entry } = this.#configuration;
    // Where the module throws, Node says so, of the main module.
    const namespace = await import(pathToFileURL(realpathSync(entry)).href).catch(() => undefined);
    const app = recognise(namespace ?? {});
    this.#readiness.ask = readyExport(namespace ?? {});
    if (this.#listener.hasServed || app.kind === 'nothing') return;
    // `if (require.main === module) app.listen()` has happened by now; a listen() that comes later may still come, and
    // takes over from what is served here.
    const patience = patienceFor(app, () => readFileSync(entry, 'utf8'));
    if (patience === 'none') {
      this.#serve(app);
      return;
    }
    this.#fallback = app;
    if (patience === 'a-moment') setTimeout(() => this.#serve(app), ownListenMs).unref();
    else if (app.kind === 'unservable') this.#waitDespite(app.why);
  }

  /** Nothing that is exported can be served, but the app goes on, and may be about to listen. */
  #waitDespite(why: string): void {
    send({ type: 'cluster:hint', hint: why });
    setTimeout(() => {
      if (!this.#listener.hasServed) log(`${why}. The app has not called listen() yet: it has until BOOT_TIMEOUT`);
    }, ownListenMs).unref();
  }

  async #serve(app: Recognised): Promise<void> {
    if (this.#listener.hasServed) return;
    if (app.kind === 'unservable') refuse(app.why);
    if (app.kind === 'nothing') return;
    const { entry, port } = this.#configuration;
    this.#close = await serve(app, entry, port, (server) => this.#listener.expectExport(server));
  }
}

function refuse(message: string): never {
  fail('does-not-serve', message);
  process.exit(1);
}

/** The reason has been sent already. */
let hasFailed = false;

function fail(reason: FailureReason, message: string, hint?: string): void {
  hasFailed = true;
  send({ type: 'cluster:failed', reason, message, hint });
}

function send(message: FromWorker, connection?: Socket): void {
  if (process.connected) process.send?.(message, connection);
  else connection?.destroy();
}

/** @param call where process.exit() was called */
function describeEnd(call: string | undefined, isLoopEmpty: boolean): string {
  if (call !== undefined) return `process.exit() was called at ${call}, and no error was thrown`;
  return isLoopEmpty
    ? "the app's event loop became empty: nothing keeps it running. Keep the HTTP server open, without unref() on it"
    : 'no error was thrown';
}

/** Some errors say what and where in several lines, and some draw a picture below; the stack is printed by Node. */
function inOneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const [words = ''] = text.split(/\n\s*\n/);
  return words.replace(/\s*\n\s*/g, ' ').slice(0, longestReason);
}

/** A fork() of the app is not preloaded like a worker, but it may run TypeScript. */
function forChildren(execArgv: readonly string[]): string[] {
  const register = join(import.meta.dirname, '../typescript/register.js');
  return execArgv.map((arg) => (arg === import.meta.filename ? register : arg));
}

/** Loads node:inspector: only where it is wanted. */
function appDebugger(): typeof import('./app-debugger.ts') {
  return createRequire(import.meta.url)(`./app-debugger${extname(import.meta.filename)}`);
}

const text = process.env[configurationVariable];
const configuration: WorkerConfiguration | undefined =
  isMainThread && text !== undefined ? JSON.parse(text) : undefined;
const stateWatch = configuration?.hasHints
  ? new StateWatch((found) => send({ type: 'cluster:state-in-memory', found }))
  : undefined;
// Threads that the app starts inherit the preload: of it they get TypeScript, and nothing else.
installTypeScriptHooks(process.env[manifestVariable], stateWatch?.see);
if (configuration !== undefined) {
  // Processes that the app starts are its own business, too.
  delete process.env[configurationVariable];
  process.execArgv = forChildren(process.execArgv);
  new WorkerRuntime(configuration, stateWatch).start();
  if (configuration.debugger !== undefined) appDebugger().openDebugger(configuration.debugger);
}
