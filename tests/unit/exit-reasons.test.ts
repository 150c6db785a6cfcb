// Why an app has ended, where its own words do not help.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { withRemedy } from '../../rootfs/usr/local/lib/cluster/app/runtime-remedies.ts';
import { findExitCall } from '../../rootfs/usr/local/lib/cluster/worker/exit-call.ts';

/** Runs a module. @returns what it prints on standard error and its last line on standard output */
function run(t: TestContext, name: string, source: string): { file: string; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'exit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, source);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 20_000 });
  return { file, stdout, stderr };
}

const watch = "process.on('exit', () => { console.log(JSON.stringify(new Error().stack)); });";
const calls: [what: string, name: string, source: string, position: string | undefined][] = [
  ['in an ES module', 'main.mjs', `${watch}\nprocess.exit(7);`, '2:9'],
  ['in CommonJS', 'main.cjs', `${watch}\n  process.exit(7);`, '2:11'],
  ['in a function', 'main.cjs', `${watch}\nfunction leave() { process.exit(7); }\nleave();`, '2:28'],
  ['in a timer', 'main.mjs', `${watch}\nsetTimeout(() => process.exit(7), 1);`, '2:26'],
  ['with a code that was set before', 'main.cjs', `${watch}\nprocess.exitCode = 3;\nprocess.exit();`, '3:9'],
  ['nowhere: it ends by itself', 'main.cjs', `${watch}\nprocess.exitCode = 3;`, undefined],
];
for (const [what, name, source, position] of calls) {
  test(`process.exit() is found ${what}`, (t) => {
    const { file, stdout } = run(t, name, source);
    assert.equal(findExitCall(JSON.parse(stdout)), position === undefined ? undefined : `${file}:${position}`);
  });
}

/** Programs that were not written for Node; the messages are Node's own. */
const foreign: [what: string, source: string, remedy: RegExp][] = [
  [
    'Bun.serve()',
    'Bun.serve({ fetch: () => new Response("hi") });',
    /in place of Bun\.serve\(\) write `export default \{ fetch \}`/,
  ],
  ['a package of Bun', "import { serve } from 'bun';", /in place of Bun\.serve\(\)/],
  ['a module of Bun', "import { Database } from 'bun:sqlite';", /API of Bun/],
  [
    'Deno.serve()',
    'Deno.serve(() => new Response("hi"));',
    /in place of Deno\.serve\(\) write `export default \{ fetch \}`/,
  ],
  ['an import of Deno’s by address', "import { serve } from 'https://deno.land/std/http/server.ts';", /API of Deno/],
  ['an import of JSR', "import { serve } from 'jsr:@std/http';", /import packages by their names/],
  ['an import of npm by Deno’s prefix', "import { Hono } from 'npm:hono';", /import packages by their names/],
  ['a module of Cloudflare', "import { env } from 'cloudflare:workers';", /Cloudflare/],
  ['a service worker', "addEventListener('fetch', (event) => {});", /Cloudflare.*export default \{ fetch \}/],
  ['a browser’s document', "document.getElementById('app');", /file for browsers.*APP_MODULE/],
  ['a browser’s window', 'window.app = 1;', /file for browsers/],
];
for (const [what, source, remedy] of foreign) {
  test(`${what}: the line that helps`, (t) => {
    const { stderr } = run(t, 'main.mjs', source);
    const message = /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr;
    assert.match(withRemedy(message), remedy);
    assert.ok(withRemedy(message).startsWith(message.replace(/\.$/, '')));
  });
}

test('other errors are left as they are', () => {
  for (const message of [
    'Error: no database here',
    "Error: Cannot find package 'bunyan' imported from /app/a.js",
    'window is closed',
  ]) {
    assert.equal(withRemedy(message), message);
  }
});
