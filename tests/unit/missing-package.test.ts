// The second line for an app whose packages are not there, or are for another system.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Installed, remedyForPackage } from '../../rootfs/usr/local/lib/cluster/app/missing-package.ts';

const none: Installed = { hasNodeModules: false, dependencies: [], devDependencies: [] };
const empty: Installed = { ...none, dependencies: ['express'] };
const full: Installed = {
  hasNodeModules: true,
  dependencies: ['express', '@scope/a'],
  devDependencies: ['pino-pretty'],
};

const missing = /^\/app has no node_modules\. Write `COPY package\*\.json \.\/` and `RUN npm ci` before/;
const elsewhere = /another system or another version of Node\. Add node_modules to \.dockerignore/;

const cases: [message: string, installed: Installed, remedy: RegExp | undefined][] = [
  ["Cannot find package 'express' imported from /app/main.mjs", empty, missing],
  ["Cannot find module 'express'\nRequire stack:\n- /app/main.cjs", empty, missing],
  ["Cannot find module 'express/lib/router'\nRequire stack:\n- /app/main.cjs", full, /^express is not installed/],
  ["Cannot find package '@scope/a' imported from /app/main.mjs", full, /^@scope\/a is not installed/],
  ["Cannot find package 'pino-pretty' imported from /app/main.mjs", full, /^pino-pretty is in devDependencies/],
  ["Cannot find package 'left-pad' imported from /app/index.mjs", none, /^left-pad is not in package\.json/],
  ["Cannot find package 'left-pad' imported from /app/main.mjs", full, /^left-pad is not in package\.json/],
  ["Cannot find module '@img/sharp-linux-x64/sharp.node'", full, elsewhere],
  ['Could not load the "sharp" module using the linux-x64 runtime', full, elsewhere],
  ['The package "@esbuild/linux-x64" could not be found, and is needed by esbuild.', full, elsewhere],
  ['Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug', full, elsewhere],
  ["Cannot find module '@swc/core-linux-arm64-gnu'", full, elsewhere],
  ['/app/node_modules/bcrypt/lib/bcrypt.node: invalid ELF header', full, elsewhere],
  ['was compiled against a different Node.js version using NODE_MODULE_VERSION 115.', full, elsewhere],
  ['libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory', full, elsewhere],
  ["Cannot find module './lib/missing.js'\nRequire stack:", full, undefined],
  ["Cannot find module '/app/lib/missing.js' imported from /app/main.mjs", empty, undefined],
  ['the user could not be found', empty, undefined],
  ['no database here', empty, undefined],
];
for (const [message, installed, remedy] of cases) {
  test(`${message.split('\n')[0]}${installed === empty ? ', without node_modules' : ''}: ${remedy === undefined ? 'no second line' : 'the remedy'}`, () => {
    const line = remedyForPackage(message, () => installed);
    if (remedy === undefined) assert.equal(line, undefined);
    else assert.match(line ?? '', remedy);
  });
}
