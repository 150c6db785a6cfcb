// node typescript/compiler.js ROOT CACHE [PREBUILT]: compiles the TypeScript below ROOT into CACHE.
// A file that cannot be compiled is only reported, since nobody may import it.
import { counted, log } from '../log.ts';
import { buildTypeScript } from './compile-folder.ts';

const [root, cacheFolder, prebuiltFolder] = process.argv.slice(2);
if (root === undefined || cacheFolder === undefined) {
  log('usage: node typescript/compiler.js ROOT CACHE [PREBUILT]');
  process.exit(2);
}

const start = performance.now();
const { files, compiled, errors, warnings } = buildTypeScript({ root, cacheFolder, prebuiltFolder });
for (const text of [...warnings, ...errors]) for (const line of text.split('\n')) log(line);
if (files > 0) {
  const ms = Math.round(performance.now() - start);
  log(`${counted(files, 'TypeScript file')}, ${compiled} compiled, ${errors.length} with errors, in ${ms} ms`);
}
