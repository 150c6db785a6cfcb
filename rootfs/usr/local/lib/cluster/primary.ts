// The primary: forks the workers, watches them, tells how they are. Never loads the app, never touches a client's socket.
import { closeSync, constants, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { startAdmin } from './admin/admin.ts';
import { findApp, nameOf } from './app/find.ts';
import { developInto, nothingAnswers } from './dev/dev.ts';
import type { ClusterError } from './errors.ts';
import { log } from './log.ts';
import { availableCpus } from './machine/cpus.ts';
import { planProcesses, planStop } from './machine/plan.ts';
import { run } from './paths.ts';
import { Pool } from './pool/pool.ts';
import { loadSettings } from './settings/read.ts';
import { compileApp } from './typescript/compile-app.ts';

process.title = 'primary';

const settings = loadSettings();
const isDevelopment = settings.mode === 'development';
const plan = planProcesses(settings, availableCpus());
const app = findApp(settings.appModule);
log(`runs ${nameOf(app)}, ${app.reason}, in ${plan.startWorkers} worker${plan.startWorkers === 1 ? '' : 's'}`);
if (app.passedOver.length > 0) log(`passed over: ${app.passedOver.join(', ')}`);

/** Dev mode: why no version of the app answers. */
let problem: string | undefined;
/** Which file stands for which, of the app's TypeScript. */
let manifest = '';
const pool = new Pool({
  app,
  appArguments: settings.appArguments,
  workers: plan.maxWorkers,
  port: settings.port,
  typeScriptManifest: () => manifest,
  nodeEnvironment: settings.mode,
  bootTimeoutMs: settings.bootTimeoutMs,
  drainTimeoutMs: planStop(settings).workersMs,
  onReadyCount: (ready) => (ready > 0 ? markReady() : rmSync(run.ready, { force: true })),
  onGiveUp: isDevelopment ? waitForChange : endContainer,
});
process.on('SIGTERM', async () => {
  await pool.stop();
  process.exit(0);
});
// Sent by the lame-duck service, right before nginx is stopped.
process.on('SIGUSR2', () => pool.closeUpgraded());

// In dev mode the port is open from the start: the browser shows why there is no app.
if (isDevelopment) markReady();
const admin = startAdmin(run.adminSocket, {
  status: () => {
    const workers = pool.status();
    const draining = existsSync(run.draining);
    return {
      ready: !draining && workers.some(({ state }) => state === 'ready'),
      draining,
      entry: app.entry,
      pid: process.pid,
      uptimeSeconds: Math.round(process.uptime()),
      workers,
    };
  },
  problem: () => problem,
});
manifest = await compileApp(app);
pool.start();
await admin;
if (isDevelopment) {
  await developInto({
    pool,
    ignored: [settings.staticPath],
    compile: async () => {
      manifest = await compileApp(app);
    },
    onProblem: (found) => {
      problem = found;
    },
  });
}

/** No worker can be kept running. */
async function endContainer(error: ClusterError): Promise<void> {
  await pool.stop();
  // Not printed here: nginx still has log lines to write, and the reason is to be the last one.
  writeFileSync(run.reason, `${error.message}\n`);
  process.exit(error.exitCode);
}

function waitForChange(error: ClusterError): void {
  problem = error.message;
  log(error.message);
  log(nothingAnswers);
}

/** Opens the port: wakes the nginx service, which waits on the FIFO. */
function markReady(): void {
  writeFileSync(run.wasReady, '');
  writeFileSync(run.ready, '');
  try {
    const fifo = openSync(run.readyFifo, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(fifo, '\n');
    closeSync(fifo);
  } catch (error) {
    // Nobody is waiting: nginx already runs, or will see the file.
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
  }
}
