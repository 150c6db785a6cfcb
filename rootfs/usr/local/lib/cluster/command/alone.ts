// Preloaded into each Node process of a command (`docker run IMAGE npm start`): TypeScript as in a worker, and what
// somebody needs to know who meant to start the server, or who may not write a file.
import { subscribe } from 'node:diagnostics_channel';
import { closeSync, existsSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Server } from 'node:net';
import { extname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { configureLog, log } from '../log.ts';
import { run } from '../paths.ts';
import { installTypeScriptHooks } from '../typescript/hooks.ts';
import { manifestVariable } from '../typescript/manifest.ts';

/** From here on the kernel chooses ports, for servers that only a test or a tool of the command itself uses. */
const firstEphemeralPort = 32_768;

const load = createRequire(import.meta.url);
const extension = extname(import.meta.filename);

installTypeScriptHooks(process.env[manifestVariable]);
if (isMainThread) {
  // Before Node prints the error and ends the process.
  process.on('uncaughtExceptionMonitor', (error) => {
    const { explainWriteFailure } = load(
      `../app/write-failure${extension}`,
    ) as typeof import('../app/write-failure.ts');
    const hint = explainWriteFailure(error);
    if (hint !== undefined) process.stderr.write(`[cluster] ${hint}\n`);
  });
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const address = (message as { server: Server }).server.address();
    if (address !== null && typeof address === 'object') announce(address.port);
  });
}

/** Says that a command listens which runs in the place of the server; once for all processes of a container. */
function announce(port: number): void {
  if (port >= firstEphemeralPort || existsSync(run.configuration) || !isFirst()) return;
  const { schema } = load(`../settings/schema${extension}`) as typeof import('../settings/schema.ts');
  const { LOG_LEVEL = '', LOG_FORMAT = '' } = process.env;
  configureLog({
    logLevel: schema.logLevel.type.parse(LOG_LEVEL) ?? 'info',
    logFormat: schema.logFormat.type.parse(LOG_FORMAT) ?? 'auto',
  });
  log(
    `this command listens on port ${port} by itself: nginx and the workers do not run, because the container was given a command. To run the app with them, remove CMD from the Dockerfile (or \`command:\` from the container's definition).`,
  );
}

function isFirst(): boolean {
  try {
    closeSync(openSync(run.commandListens, 'wx'));
    return true;
  } catch (error) {
    // /run may be read-only: better twice than never.
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}
