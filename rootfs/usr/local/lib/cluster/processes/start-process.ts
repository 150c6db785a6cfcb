// Started by s6 for each process that runs beside the web server: becomes that process. Argument: its service directory.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../configuration/store.ts';
import { nodeOptionsOf } from '../machine/plan.ts';
import { entrypointArguments, processEnvironment } from './process-environment.ts';
import { readStoredProcess } from './service-folders.ts';

const [serviceFolder = '.'] = process.argv.slice(2);
const stored = readStoredProcess(serviceFolder);
const { environment, settings, plan } = loadConfiguration();
const args = entrypointArguments(stored.command);
process.chdir(stored.folder);
writeFileSync(join(serviceFolder, 'pid'), String(process.pid));
process.execve?.(args[0], args, {
  ...processEnvironment(environment, stored, nodeOptionsOf(plan)),
  PORT: String(settings.port),
});
