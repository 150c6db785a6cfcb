// `docker run IMAGE process TYPE`: one process type as the container's only job. Becomes that process.
import { appEnvironment } from '../app/app-environment.ts';
import { explainUnreadable } from '../app/find.ts';
import { resolveConfiguration } from '../configuration/resolve.ts';
import { ClusterError } from '../errors.ts';
import { logFatal, logWarning } from '../log.ts';
import { containerEnvironment } from '../machine/container-environment.ts';
import { nodeOptionsOf, planAlone } from '../machine/plan.ts';
import { appFolder } from '../paths.ts';
import { processErrors } from '../process-errors.ts';
import { commandOf, currentProcfile } from './check-processes.ts';
import { becomeProcess } from './process-environment.ts';

try {
  const [type, ...others] = process.argv.slice(2);
  if (type === undefined || others.length > 0)
    throw processErrors.notOneProcessType([...(currentProcfile()?.keys() ?? [])]);
  const command = commandOf(currentProcfile(), type, `process ${type}`);
  const environment = containerEnvironment();
  const { settings, machine, warnings } = await resolveConfiguration(environment, 'production');
  for (const warning of warnings) logWarning(warning);
  const heap = nodeOptionsOf(planAlone(machine, environment.NODE_OPTIONS));
  const app = appEnvironment(environment, settings, undefined);
  becomeProcess({ type, index: 0, command }, appFolder, app, heap, settings);
} catch (thrown) {
  const error = explainUnreadable(thrown);
  logFatal(error);
  process.exitCode = error instanceof ClusterError ? error.exitCode : 1;
}
