// Started by s6 for each process that runs beside the web server: becomes that process. Argument: its service directory.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../configuration/store.ts';
import { nodeOptionsOf } from '../machine/plan.ts';
import { becomeProcess } from './process-environment.ts';
import { readStoredProcess } from './service-folders.ts';

const [serviceFolder = '.'] = process.argv.slice(2);
const stored = readStoredProcess(serviceFolder);
const { environment, settings, plan } = loadConfiguration();
writeFileSync(join(serviceFolder, 'pid'), String(process.pid));
becomeProcess(stored, stored.folder, environment, nodeOptionsOf(plan), settings);
