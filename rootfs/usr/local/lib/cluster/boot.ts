// Run by the entrypoint before the supervisor: everything that can be wrong is found here, with one clear reason.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { appEnvironment } from './app/app-environment.ts';
import { explainUnreadable, findApp } from './app/find.ts';
import { runPreStart } from './app/prestart.ts';
import { checkNodeFlags } from './app/start-flags.ts';
import { prepareLog } from './configuration/log-fifos.ts';
import { type ResolvedConfiguration, resolveConfiguration } from './configuration/resolve.ts';
import { storeConfiguration } from './configuration/store.ts';
import { summarise } from './configuration/summary.ts';
import { writeNginxConf } from './configuration/write-nginx-conf.ts';
import { ClusterError, errors } from './errors.ts';
import { configureLog, isLogJson, log, logFatal, logWarning } from './log.ts';
import { checkContainer, identity, lowestPort } from './machine/container.ts';
import { containerEnvironment } from './machine/container-environment.ts';
import { checkNodeOptions, checkPreloads } from './machine/node-options.ts';
import { planProcessStop, planStop } from './machine/plan.ts';
import { checkNginxConfiguration } from './nginx/check.ts';
import { findStaticFolders } from './nginx/found-static-folders.ts';
import { hasOwnNginxConfiguration } from './nginx/snippets.ts';
import { nginxFolder, run, runFolder } from './paths.ts';
import { currentProcfile, instancesOf } from './processes/check-processes.ts';
import { writeServiceFolder } from './processes/service-folders.ts';
import type { Settings } from './settings/read.ts';

/**
 * Standard output and standard error reach the container's log by two ways. What a prestart script printed on the one
 * needs a moment, so that our reason on the other is the last line.
 */
const streamsCatchUpMs = 50;

const runsAsRoot =
  'runs as root, which the image does not need. End the Dockerfile with `USER 1000:0`, or leave out `--user` (Compose: `user:`; Kubernetes: `runAsUser: 0`).';

/** The supervisor kills a service that is this much later than its own limit. */
const killAfterMs = 500;

try {
  const beganAt = performance.timeOrigin;
  checkContainer(identity());
  const environment = containerEnvironment();
  const configuration = await resolveConfiguration(
    environment,
    process.argv[2] === 'dev' ? 'development' : 'production',
  );
  const { settings, warnings } = configuration;
  configureLog(settings);
  for (const warning of warnings) logWarning(warning);
  if (identity().uid === 0) logWarning(runsAsRoot);
  log(summarise(configuration));
  if (settings.maintenance)
    logWarning('MAINTENANCE=on: all requests but health checks get 503, until `cluster maintenance off`');
  checkPorts(settings);
  makeRunFolders(configuration);
  const preStartAt = performance.now();
  await runPreStart(settings.preStartPath, appEnvironment(environment, settings, undefined));
  const preStartMs = performance.now() - preStartAt;
  const instances = instancesOf(settings.processes, currentProcfile());
  const app = findApp(settings);
  checkNodeFlags(app);
  if (environment.NODE_OPTIONS === undefined) checkNodeOptions(app.environment.NODE_OPTIONS);
  checkPreloads(environment.NODE_OPTIONS ?? app.environment.NODE_OPTIONS);
  if (settings.nginx) {
    checkNginxConfiguration(writeNginxConf(configuration, nginxFolder));
    logFrameworkAssets(settings);
  } else writeFileSync(run.noNginx, '');
  storeConfiguration({
    ...configuration,
    environment: appEnvironment(environment, settings, app),
    isNodeEnvironmentSet: settings.mode === 'development' || environment.NODE_ENV !== undefined,
    boot: { beganAt, preStartMs, configuredAt: Date.now() },
  });
  for (const instance of instances) writeServiceFolder(instance, planProcessStop(settings));
} catch (thrown) {
  const error = explainUnreadable(thrown);
  await sleep(streamsCatchUpMs);
  logFatal(error);
  process.exitCode = error instanceof ClusterError ? error.exitCode : 1;
}

function logFrameworkAssets(settings: Settings): void {
  if (hasOwnNginxConfiguration()) return;
  for (const { url, path, reason, onlyHashed } of findStaticFolders(settings)) {
    if (reason === 'STATIC_PATH') continue;
    log(
      `nginx sends ${onlyHashed ? 'files with a hash in their names' : `${url}/`} from ${path}, ${reason} (STATIC_PATH changes that)`,
    );
  }
}

/** @throws ClusterError PORT_NOT_ALLOWED: nginx names the port, but not the setting, and no way out */
function checkPorts({ port, tlsPort, tlsCertificate, adminPort }: Settings): void {
  const lowest = lowestPort();
  const opened = {
    PORT: port,
    ...(tlsCertificate && { TLS_PORT: tlsPort }),
    ...(adminPort && { ADMIN_PORT: adminPort }),
  };
  for (const [name, number] of Object.entries(opened)) {
    if (number < lowest) throw errors.portNotAllowed(name, number, lowest, identity().uid);
  }
}

/** Begins with empty folders: what a container left behind before `docker restart` would be taken for its own. */
function makeRunFolders(configuration: ResolvedConfiguration): void {
  const { settings } = configuration;
  for (const folder of [runFolder, nginxFolder]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  const fifos = [run.readyFifo, run.processesFifo, run.closedFifo, run.hastenFifo, ...prepareLog(configuration)];
  execFileSync('mkfifo', fifos);
  if (settings.maintenance) writeFileSync(run.maintenance, '');
  const { requestsMs, workersMs } = planStop(settings);
  // For the service scripts, which are shell.
  writeFileSync(run.drainDelaySeconds, String(settings.drainDelayMs / 1000));
  writeFileSync(run.nginxKillMs, String(requestsMs + killAfterMs));
  if (settings.processes.length > 0) mkdirSync(run.processes);
  writeFileSync(run.processFailure, settings.processFailure);
  writeFileSync(run.processesKillMs, String(planProcessStop(settings) + 2 * killAfterMs));
  writeFileSync(run.appKillMs, String(workersMs + killAfterMs));
  // One without the other would be worse than neither: docs/performance.md.
  writeFileSync(run.cpuScheduling, settings.nginx && settings.cpuScheduling === 'batch' ? 'batch' : 'other');
  if (isLogJson(settings)) writeFileSync(run.jsonLog, '');
  writeFileSync(run.health, `${healthAddress(settings)}\n`);
}

/** Where `health`, the image's HEALTHCHECK, asks, and with what line before it: nginx may expect the PROXY protocol. */
function healthAddress({ adminPort, adminHost, port, healthPath, proxyProtocol }: Settings): string {
  if (adminPort !== 0) return `${adminHost ?? '127.0.0.1'} ${adminPort} /readyz`;
  return `127.0.0.1 ${port} ${healthPath}${proxyProtocol ? ' PROXY UNKNOWN' : ''}`;
}
