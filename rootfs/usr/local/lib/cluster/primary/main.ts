// The primary: forks the workers, watches them, tells how they are. Never loads the app; touches a client's connection only
// to hand it, unread, to a worker (NGINX=off, or while no worker serves).
import { findApp, nameOf } from '../app/find.ts';
import { loadConfiguration, type StoredConfiguration } from '../configuration/store.ts';
import type { ClusterError } from '../errors.ts';
import { on } from '../guarded.ts';
import { configureLog, log, logFault, logWarning } from '../log.ts';
import { planProcessStop } from '../machine/plan.ts';
import { watchCertificate } from '../nginx/certificate-watch.ts';
import { askNginx } from '../nginx/nginx-status.ts';
import { ownLocationPaths, readSnippets } from '../nginx/snippets.ts';
import { nginxConfiguration, nginxPidFile, nginxStatusSocket, run } from '../paths.ts';
import { launchOf } from '../pool/launch.ts';
import { policyOf } from '../pool/policy.ts';
import { Pool } from '../pool/pool.ts';
import { prepareRelease } from '../pool/release.ts';
import { StateHints } from '../pool/state-hints.ts';
import { restartProcesses, scaleProcesses } from '../processes/process-orders.ts';
import { describeFailing, readProcesses } from '../processes/process-state.ts';
import { startControl } from './admin/control.ts';
import { type ProbeFacts, readiness } from './admin/probes.ts';
import { type AdminSources, startAdmin } from './admin/server.ts';
import { developInto, nothingAnswers } from './dev/dev-mode.ts';
import { Lifecycle } from './lifecycle.ts';
import { isInMaintenance, maintenanceOrder } from './maintenance-switch.ts';
import { restartOrder } from './process-restart.ts';
import { reloader } from './reloader.ts';

process.title = 'primary starting';
// What no handler of guarded.ts has caught.
on(process, 'uncaughtException', 'the last resort', (error: unknown) => logFault('the primary', error));
on(process, 'unhandledRejection', 'the last resort', (error: unknown) => logFault('the primary', error));

const configuration = loadConfiguration();
const { settings, boot } = configuration;
const isDevelopment = settings.mode === 'development';
configureLog(settings);
const app = findApp(settings);
log(`runs ${nameOf(app)}, ${app.reason}`);
if (app.passedOver.length > 0) log(`passed over: ${app.passedOver.join(', ')}`);
for (const note of app.notes) log(note);

const lifecycle = new Lifecycle();
const stateHints = new StateHints({
  workers: configuration.plan.maxWorkers,
  isSticky: settings.stickySessions !== 'off',
  log,
  logWarning,
});
/** Dev mode: why no version of the app answers. */
let problem: string | undefined;
const pool = createPool(configuration);
const reload = reloader(pool, settings);
obeySignals();
// In dev mode the port is open from the start: the browser shows why there is no app.
if (isDevelopment) lifecycle.markReady();
const admin = startAdmin({
  socket: run.adminSocket,
  port: settings.adminPort,
  host: settings.adminHost,
  ...adminSources(),
});
pool.start(await prepareRelease(app));
await admin;
watchTheCertificate();
await startControl(run.controlSocket, {
  reload: (_parameters, tell) => reload(tell),
  restart: restartOrder(settings),
  scale: async (parameters) => {
    const type = parameters.get('type');
    if (type !== null) return scaleProcesses(type, parameters.get('count') ?? '', planProcessStop(settings));
    const failed = await pool.scale(parameters.get('workers') ?? '');
    if (failed !== undefined) throw failed;
    const { target } = pool.status();
    return target === 1 ? '1 worker is ready' : `${target} workers are ready`;
  },
  maintenance: maintenanceOrder(settings.nginx),
});
if (isDevelopment) await develop();

function createPool(configuration: StoredConfiguration): Pool {
  const { settings, plan } = configuration;
  return new Pool({
    policy: policyOf(settings, plan),
    launch: launchOf(configuration, ownLocationPaths(readSnippets())),
    // In dev mode the browser shows why nothing answers.
    hasWaitingRoom: !isDevelopment || !settings.nginx,
    frontDoorPort: settings.nginx ? undefined : settings.port,
    startWorkers: plan.startWorkers,
    scale: plan,
    onReadyCount: (ready) => {
      process.title = `primary ${ready} ready`;
      if (ready === 0) return lifecycle.markNotReady();
      const taken = lifecycle.findPortTaken(settings);
      if (taken !== undefined) return void lifecycle.giveUp(pool, taken);
      if (!isDevelopment) lifecycle.logStart(boot, settings.port);
      lifecycle.markReady();
    },
    onStateInMemory: (slot, found) => stateHints.add(slot, found),
    onGiveUp: (error) => {
      if (isDevelopment) waitForChange(error);
      else void lifecycle.giveUp(pool, error);
    },
  });
}

function obeySignals(): void {
  // Sent by the lame-duck service, right before nginx is stopped.
  on(process, 'SIGUSR2', 'closing connections', () =>
    lifecycle.closeClients(pool, settings.nginx ? () => askNginx(nginxStatusSocket) : undefined),
  );
  on(process, 'SIGTERM', 'the stop', () => lifecycle.stop(pool));
  on(process, 'SIGHUP', 'the reload', () => reload(log).then(log, (error: ClusterError) => log(error.message)));
}

function adminSources(): AdminSources {
  const facts = (): ProbeFacts => ({
    isDraining: lifecycle.isDraining,
    wasReady: lifecycle.wasReady,
    hasNginx: settings.nginx,
    // Read from disk: only /readyz asks for it, and health checks do not.
    get failingProcesses() {
      return describeFailing(readProcesses());
    },
    workers: pool.status().workers,
  });
  return {
    facts,
    status: () => ({
      ready: readiness(facts()).isGood,
      draining: lifecycle.isDraining,
      isInMaintenance: isInMaintenance(),
      entry: app.entry,
      processes: readProcesses(),
      pid: process.pid,
      uptimeSeconds: Math.round(process.uptime()),
      ...pool.status(),
    }),
    nginx: () => askNginx(nginxStatusSocket),
    problem: () => problem,
  };
}

function watchTheCertificate(): void {
  const { tlsCertificate: certificate, tlsKey: key } = settings;
  if (certificate === undefined || key === undefined) return;
  watchCertificate({ certificate, key, nginxConfiguration, nginxPidFile, log, logWarning });
}

function develop(): Promise<never> {
  return developInto({
    ignored: settings.staticPaths.map(({ path }) => path),
    update: async () => {
      problem = await runNewVersion();
      return problem;
    },
    isAnswering: () => pool.status().workers.some(({ leadsTo }) => leadsTo !== null),
  });
}

/** Dev mode: runs the version that was saved. @returns why it does not start */
async function runNewVersion(): Promise<string | undefined> {
  try {
    const failed = await pool.reload(await prepareRelease(findApp(settings)));
    if (failed === undefined) await restartProcesses(undefined, planProcessStop(settings), log);
    return failed?.message;
  } catch (error) {
    return (error as Error).message;
  }
}

function waitForChange(error: ClusterError): void {
  problem = error.message;
  log(error.message);
  log(nothingAnswers);
}
