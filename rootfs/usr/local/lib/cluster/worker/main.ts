// Preloaded into each worker (`node --import worker/main.js ENTRY`): the app's entry stays the real main module,
// so that `require.main === module` and the like hold. This file arranges what surrounds it.

import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { recognise } from '../app/recognise.ts';
import { type Close, servePlugin } from '../app/serve.ts';
import { drainWhenAsked } from './drain.ts';
import { bindFirstServerTo } from './listen.ts';
import { configurationVariable, type FromWorker, type WorkerConfiguration } from './messages.ts';

/** Characters of an app's error message that are shown as the reason for the container's end. */
const longestReason = 500;

const configuration = process.env[configurationVariable];
// Threads that the app starts inherit the preload; they are the app's own business.
if (isMainThread && configuration !== undefined) {
  delete process.env[configurationVariable];
  run(JSON.parse(configuration));
}

function run({ slot, entry, socket, port }: WorkerConfiguration): void {
  let closeApp: Close | undefined;
  let isListening = false;

  process.title = `worker ${slot}`;
  bindFirstServerTo(socket, () => {
    isListening = true;
    send({ type: 'ready' });
  });
  drainWhenAsked(() => closeApp);
  // Watches only: Node goes on to print the stack and to end the process.
  process.on('uncaughtExceptionMonitor', (error) => {
    send({ type: 'failed', reason: 'threw', message: inOneLine(error) });
  });
  // Nothing is left to do and nothing listens: said at once instead of after BOOT_TIMEOUT.
  process.once('beforeExit', () => {
    if (!isListening) refuse('it ran to its end without listening');
  });
  // After the main module has begun: this import is the same module again, not a second run.
  setImmediate(async () => {
    const app = recognise(await import(pathToFileURL(entry).href));
    if (app.kind === 'unknown') refuse(app.found);
    if (app.kind === 'plugin') closeApp = await servePlugin(app, entry, port);
  });
}

function refuse(message: string): never {
  send({ type: 'failed', reason: 'does-not-serve', message });
  process.exit(1);
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** Some errors say what and where in several lines; the stack is printed by Node. */
function inOneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(/\s*\n\s*/g, ' ').slice(0, longestReason);
}
