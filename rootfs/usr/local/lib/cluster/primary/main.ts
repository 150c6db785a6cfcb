// The primary: forks the workers, watches them, tells how they are. Never loads the app, never touches a client's socket.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findApp, nameOf } from '../app/find.ts';
import { loadConfiguration } from '../configuration/store.ts';
import type { ClusterError } from '../errors.ts';
import { log, logWarning, setLogLevel } from '../log.ts';
import { nodeOptionsOf, planStop } from '../machine/plan.ts';
import { watchCertificate } from '../nginx/certificate-watch.ts';
import { askNginx } from '../nginx/nginx-status.ts';
import { hasOwnNginxConfiguration } from '../nginx/snippets.ts';
import { nginxConfiguration, nginxPidFile, nginxStatusSocket, run } from '../paths.ts';
import { Pool } from '../pool/pool.ts';
import { prepareRelease } from '../pool/release.ts';
import { prefixOf } from '../settings/base-path.ts';
import { startControl } from './admin/control.ts';
import { readiness } from './admin/probes.ts';
import { startAdmin } from './admin/server.ts';
import { developInto, nothingAnswers } from './dev/dev-mode.ts';
import { reloader } from './reloader.ts';
import { describeStart } from './start-report.ts';
import { describeStop, madeAt, untilQuiet, wake } from './stop.ts';

process.title = 'primary starting';

const addedHeaderBytes = 4096;
const lastAnswersMs = 100;

const { settings, plan, boot } = loadConfiguration();
setLogLevel(settings.logLevel);
const isDevelopment = settings.mode === 'development';
const app = findApp(settings.appModule);
log(`runs ${nameOf(app)}, ${app.reason}`);
if (app.passedOver.length > 0) log(`passed over: ${app.passedOver.join(', ')}`);

const prefix = prefixOf(settings);
/** Dev mode: why no version of the app answers. */
let problem: string | undefined;
const pool = new Pool({
  policy: {
    slots: plan.maxWorkers,
    bootTimeoutMs: settings.bootTimeoutMs,
    drainTimeoutMs: settings.workerDrainTimeoutMs,
    stopTimeoutMs: planStop(settings).workersMs,
    // A developer's debugger stops the event loop, and a new version is to be seen at once.
    stallTimeoutMs: isDevelopment ? 0 : settings.workerStallTimeoutMs,
    reloadSettleMs: isDevelopment ? 0 : settings.reloadSettleMs,
    maxRequests: settings.maxRequests,
    maxMemoryBytes: settings.maxWorkerMemoryBytes,
    maxLifetimeMs: settings.maxWorkerLifetimeMs,
  },
  // In dev mode the browser shows why nothing answers.
  hasWaitingRoom: !isDevelopment || !settings.nginx,
  startWorkers: plan.startWorkers,
  scale: plan,
  appArguments: settings.appArguments,
  port: settings.port,
  workerNodeOptions: nodeOptionsOf(plan),
  nodeEnvironment: settings.mode,
  logLevel: settings.logLevel,
  isBehindNginx: settings.nginx,
  isCached: settings.microCacheBytes > 0,
  basePath: prefix,
  frontDoorPort: settings.nginx ? undefined : settings.port,
  // nginx adds headers of its own to what it lets through.
  maxHeaderBytes: settings.maxHeaderBytes + addedHeaderBytes,
  // A user's own nginx.conf has no location for it.
  notSentAway:
    hasOwnNginxConfiguration() || !settings.nginx ? undefined : settings.streamedUploads.map((path) => prefix + path),
  onReadyCount: (ready) => {
    process.title = `primary ${ready} ready`;
    if (ready > 0) markReady();
    else rmSync(run.ready, { force: true });
  },
  onGiveUp: isDevelopment ? waitForChange : endContainer,
});
const reload = reloader(pool, settings.appModule);
let closingAt: number | undefined;
let closedAt: number | undefined;
// Sent by the lame-duck service, right before nginx is stopped.
process.on('SIGUSR2', async () => {
  closingAt = Date.now();
  pool.closeClients();
  // Without nginx it is the workers that close connections, with their next answer.
  await (settings.nginx ? untilQuiet(() => askNginx(nginxStatusSocket)) : sleep(lastAnswersMs));
  closedAt = Date.now();
  wake(run.closedFifo);
});
process.on('SIGTERM', async () => {
  const workersAskedAt = Date.now();
  await pool.stop();
  const askedAt = madeAt(run.draining) ?? workersAskedAt;
  log(describeStop({ askedAt, closingAt, closedAt, workersAskedAt, workersEndedAt: Date.now() }, pool.cut));
  process.exit(0);
});
process.on('SIGHUP', () => {
  reload(log).then(log, (error: ClusterError) => log(error.message));
});
// In dev mode the port is open from the start: the browser shows why there is no app.
if (isDevelopment) markReady();
const isDraining = () => existsSync(run.draining);
const facts = () => ({
  isDraining: isDraining(),
  wasReady: existsSync(run.wasReady),
  hasNginx: settings.nginx,
  workers: pool.status().workers,
});
const admin = startAdmin({
  socket: run.adminSocket,
  port: settings.adminPort,
  host: settings.adminHost,
  status: () => ({
    ready: readiness(facts()).isGood,
    draining: isDraining(),
    entry: app.entry,
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
    ...pool.status(),
  }),
  facts,
  nginx: () => askNginx(nginxStatusSocket),
  problem: () => problem,
});
pool.start(await prepareRelease(app));
await admin;
if (settings.tlsCertificate !== undefined && settings.tlsKey !== undefined) {
  watchCertificate({
    certificate: settings.tlsCertificate,
    key: settings.tlsKey,
    nginxConfiguration,
    nginxPidFile,
    log,
    logWarning,
  });
}
await startControl(run.controlSocket, {
  reload: (_parameters, tell) => reload(tell),
  scale: async (parameters) => {
    const failed = await pool.scale(parameters.get('workers') ?? '');
    if (failed !== undefined) throw failed;
    return `${pool.status().target} workers are ready`;
  },
});
if (isDevelopment) {
  await developInto({
    ignored: [settings.staticPath],
    update: async () => {
      problem = await updated();
      return problem;
    },
    isAnswering: () => pool.status().workers.some(({ leadsTo }) => leadsTo !== null),
  });
}

/** Dev mode: runs the version that was saved. @returns why it does not start */
async function updated(): Promise<string | undefined> {
  try {
    return (await pool.reload(await prepareRelease(findApp(settings.appModule))))?.message;
  } catch (error) {
    return (error as Error).message;
  }
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

/** Opens the port: wakes the nginx service, which waits for it, or will see the file. */
function markReady(): void {
  if (!isDevelopment && !existsSync(run.wasReady)) {
    log(describeStart({ ...boot, primaryAt: performance.timeOrigin, readyAt: Date.now() }));
  }
  writeFileSync(run.wasReady, '');
  writeFileSync(run.ready, '');
  wake(run.readyFifo);
}
