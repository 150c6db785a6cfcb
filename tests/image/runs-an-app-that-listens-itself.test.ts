// An app that knows nothing of this image runs unchanged, in every worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToItsEnd, serve } from './support/container.ts';

test('listen(3000) of a CommonJS server is served on the container’s port', async (t) => {
  const container = await serve(t, { app: 'own-listen', environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  const workers = new Set<number>();
  // A slot is handed over a moment after its worker is ready.
  for (let call = 0; call < 200 && workers.size < 2; call += 1) {
    const answer = (await (await container.get('/any/path?a=b')).json()) as { url: string; worker: number };
    assert.equal(answer.url, '/any/path?a=b');
    workers.add(answer.worker);
  }
  assert.deepEqual([...workers].sort(), [0, 1]);
  await container.printed(/listening on 3000/);
});

test('its own SIGTERM handler runs at a stop', async (t) => {
  const container = await serve(t, { app: 'own-listen', environment: { WORKERS: '1' } });
  const { exitCode, output } = await container.stop();
  assert.equal(exitCode, 0);
  assert.match(output, /server closed/);
});

/** Listens 400 ms after the main module has run, in another file. */
const web = `
const http = require('node:http');
let starts = 0;
module.exports = async () => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  http.createServer((request, response) => response.end(String(starts))).listen(3000);
  starts += 1;
};`;

/** What programs export beside that: for their tests, for other programs, or by a compiler's habit. */
const programs: Record<string, string> = {
  'a function that starts it': "module.exports = { start: require('./web.cjs') }; module.exports.start();",
  'its main function': "async function main() { await require('./web.cjs')(); } main(); module.exports = main;",
  'the function of a command line': `#!/usr/bin/env node
if (!module.parent) run({ cli: { input: ['start'] } });
function run(options) { if (options.cli.input[0] === 'start') return require('./web.cjs')(); }
exports.__esModule = true;
exports.default = run;`,
  'a class': "class App { async start() { await require('./web.cjs')(); } } new App().start(); module.exports = App;",
  'a promise': "module.exports = require('./web.cjs')();",
};

for (const [what, main] of Object.entries(programs)) {
  test(`an app that listens later, and exports ${what}, is served as it listens, and started once`, async (t) => {
    const files = { '/app/main.cjs': main, '/app/web.cjs': web };
    const container = await serve(t, { files, environment: { WORKERS: '2' } });
    await container.printed(/worker 1 .*is ready/);
    for (let call = 0; call < 4; call += 1) assert.equal(await (await container.get('/')).text(), '1');
    assert.doesNotMatch(container.output, /plugin|default export|crashed/);
  });
}

test('an app that exports nothing to serve, goes on and never listens is told why after BOOT_TIMEOUT', async (t) => {
  const main = 'setInterval(() => {}, 1000); module.exports = { routes: [] };';
  const { exitCode, output, lastLine } = await runToItsEnd(t, {
    files: { '/app/main.cjs': main },
    environment: { WORKERS: '1', BOOT_TIMEOUT: '5' },
  });
  assert.equal(exitCode, 1);
  assert.match(
    output,
    /the default export is an object \(Object\) with routes\. The app has not called listen\(\) yet/,
  );
  assert.match(lastLine, /no HTTP server listens after 5 s .*the default export is an object \(Object\) with routes/);
});
