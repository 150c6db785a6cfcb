// Run by the entrypoint before the supervisor: everything that can be wrong is found here, with one clear reason.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainUnreadable, findApp } from './app/find.ts';
import { runPreStart } from './app/prestart.ts';
import { checkNodeFlags } from './app/start-flags.ts';
import { prepareLog } from './configuration/log-fifos.ts';
import { type ResolvedConfiguration, resolveConfiguration } from './configuration/resolve.ts';
import { storeConfiguration } from './configuration/store.ts';
import { summarise } from './configuration/summary.ts';
import { writeNginxConf } from './configuration/write-nginx-conf.ts';
import { ClusterError } from './errors.ts';
import { configureLog, isLogJson, log, logFatal, logWarning } from './log.ts';
import { checkContainer, identity } from './machine/container.ts';
import { planStop } from './machine/plan.ts';
import { checkNginxConfiguration } from './nginx/check.ts';
import { nginxFolder, run, runFolder } from './paths.ts';
import type { Settings } from './settings/read.ts';

/**
 * Standard output and standard error reach the container's log by two ways. What a prestart script printed on the one
 * needs a moment, so that our reason on the other is the last line.
 */
const streamsCatchUpMs = 50;

/** The supervisor kills a service that is this much later than its own limit. */
const killAfterMs = 500;

try {
  const beganAt = performance.timeOrigin;
  checkContainer(identity());
  const configuration = await resolveConfiguration(
    process.env,
    process.argv[2] === 'dev' ? 'development' : 'production',
  );
  const { settings, warnings } = configuration;
  configureLog(settings);
  for (const warning of warnings) logWarning(warning);
  log(summarise(configuration));
  makeRunFolders(configuration);
  const preStartAt = performance.now();
  await runPreStart(settings.preStartPath);
  const preStartMs = performance.now() - preStartAt;
  checkNodeFlags(findApp(settings));
  if (settings.nginx) checkNginxConfiguration(writeNginxConf(configuration, nginxFolder));
  else writeFileSync(run.noNginx, '');
  storeConfiguration({ ...configuration, boot: { beganAt, preStartMs, configuredAt: Date.now() } });
} catch (thrown) {
  const error = explainUnreadable(thrown);
  await sleep(streamsCatchUpMs);
  logFatal(error);
  process.exitCode = error instanceof ClusterError ? error.exitCode : 1;
}

/** Begins with empty folders: what a container left behind before `docker restart` would be taken for its own. */
function makeRunFolders(configuration: ResolvedConfiguration): void {
  const { settings } = configuration;
  for (const folder of [runFolder, nginxFolder]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  execFileSync('mkfifo', [run.readyFifo, run.closedFifo, run.hastenFifo, ...prepareLog(configuration)]);
  const { requestsMs, workersMs } = planStop(settings);
  // For the service scripts, which are shell.
  writeFileSync(run.drainDelaySeconds, String(settings.drainDelayMs / 1000));
  writeFileSync(run.nginxKillMs, String(requestsMs + killAfterMs));
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
