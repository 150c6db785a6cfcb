// For one-off commands: node --import /usr/local/lib/cluster/typescript/register.js migrate.ts
// Compiles what it imports, or reads what the build named by CLUSTER_TYPESCRIPT_MANIFEST made.
import { installTypeScriptHooks } from './hooks.ts';
import { manifestVariable } from './manifest.ts';

installTypeScriptHooks(process.env[manifestVariable]);
