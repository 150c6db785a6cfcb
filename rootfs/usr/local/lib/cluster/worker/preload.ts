// Preloaded into each worker (`node --require worker/preload.js ENTRY`): the app's entry stays the real main module,
// so that `require.main === module` and the like hold. This file arranges what surrounds it.
import { readFileSync, realpathSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { type Recognised, readyExport, recognise } from '../app/recognise.ts';
import { type Close, serve } from '../app/serve.ts';
import { setLogLevel } from '../log.ts';
import { installTypeScriptHooks } from '../typescript/hooks.ts';
import { manifestVariable } from '../typescript/manifest.ts';
import { Readiness } from './app-readiness.ts';
import { closeEndless, drain } from './drain.ts';
import { Interception, type Listener } from './listen.ts';
import { configurationVariable, type FromWorker, type ToWorker, type WorkerConfiguration } from './messages.ts';
import { actAsClusterWorker } from './node-cluster.ts';
import { type Reporter, startReporting } from './reporter.ts';
import { letStreamsFlow } from './streams.ts';
import { Title } from './title.ts';
import { startWatchdog } from './watchdog.ts';

/** Characters of an app's error message that are shown as the reason for the container's end. */
const longestReason = 500;

const configuration = process.env[configurationVariable];
// Threads that the app starts inherit the preload: of it they get TypeScript, and nothing else.
installTypeScriptHooks(process.env[manifestVariable]);
if (isMainThread && configuration !== undefined) {
  // Processes that the app starts are its own business, too.
  delete process.env[configurationVariable];
  process.execArgv = forChildren(process.execArgv);
  run(JSON.parse(configuration));
}

function run(configuration: WorkerConfiguration): void {
  const { slot, entry, socket, port, compileCache, logLevel, notSentAway, reportEveryMs, isWatched } = configuration;
  const { isBehindNginx, isCached, basePath, descriptors } = configuration;
  let close: Close | undefined;
  let waiting: Recognised | undefined;
  let isDraining = false;
  let reporter: Reporter | undefined;
  const readiness = new Readiness(() => reporter?.now());

  const title = new Title(`worker ${slot}`);
  title.show('starting');
  setLogLevel(logLevel);
  enableCompileCache(compileCache);
  actAsClusterWorker(slot);
  if (isBehindNginx) letStreamsFlow(isCached);
  const interception = new Interception({
    socket,
    descriptors,
    port,
    origin: { isBehindNginx, basePath },
    onRequest: () => reporter?.ifDue(),
    onReady: () => {
      send({ type: 'cluster:ready' });
      title.show('ready');
      const connections = () => (interception.main as Listener).connections;
      reporter = startReporting(
        reportEveryMs,
        connections,
        () => readiness.isReady,
        (report) => send({ type: 'cluster:report', report }),
      );
      if (isWatched) startWatchdog();
      // Written at an orderly exit only, otherwise: the next worker wants it now.
      setImmediate(flushCompileCache);
    },
    onRefused: refuse,
  });

  process.on('message', (message: ToWorker | undefined | null, connection?: unknown) => {
    if (message?.type === 'cluster:connection') {
      send({ type: 'cluster:taken' });
      interception.main?.adopt(connection as Socket);
    }
    if (message?.type === 'cluster:close-clients' && interception.main !== undefined) {
      interception.main.connections.sendAway(notSentAway);
      if (!isBehindNginx) interception.main.connections.giveWay(true);
      closeEndless(interception.main.connections);
    }
    if (message?.type === 'cluster:shed') interception.main?.connections.shed();
    if (message?.type === 'cluster:give-way' && !isDraining) {
      interception.main?.connections.giveWay(message.isGivingWay);
    }
    if (message?.type !== 'cluster:drain' || isDraining) return;
    isDraining = true;
    title.show('draining');
    drain(interception.main, message.isReplaced && isBehindNginx, () => {
      reporter?.now();
      return close?.();
    });
  });
  // The primary is gone: nobody could drain this worker any more.
  process.on('disconnect', () => process.exit(0));
  // The channel alone does not keep a process running whose app has come to its end.
  process.channel?.unref();
  // Watches only: Node goes on to print the stack and to end the process.
  process.on('uncaughtExceptionMonitor', (error) => {
    send({ type: 'cluster:failed', reason: 'threw', message: inOneLine(error) });
  });
  // Nothing is left to do. What was exported is served now; where nothing was, that is said at once and not after BOOT_TIMEOUT.
  process.once('beforeExit', () => {
    if (interception.main !== undefined) return;
    if (waiting === undefined) refuse('it ran to its end without listening');
    serveExport(waiting);
  });
  // After the main module has begun: this import is the same module again, not a second run.
  setImmediate(async () => {
    // Where the module throws, Node says so, of the main module.
    const namespace = await import(pathToFileURL(realpathSync(entry)).href).catch(() => undefined);
    const app = recognise(namespace ?? {});
    readiness.ask = readyExport(namespace ?? {});
    if (interception.main !== undefined || app.kind === 'nothing') return;
    // `if (require.main === module) app.listen()` has happened by now; a listen() that comes later may still come.
    if (app.kind === 'listener' && /\.listen\s*\(/.test(readFileSync(entry, 'utf8'))) waiting = app;
    else serveExport(app);
  });

  async function serveExport(app: Recognised): Promise<void> {
    if (app.kind === 'unservable') refuse(app.why);
    if (app.kind !== 'nothing') close = await serve(app, entry, port, (server) => interception.expectExport(server));
  }
}

function refuse(message: string): never {
  send({ type: 'cluster:failed', reason: 'does-not-serve', message });
  process.exit(1);
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
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
