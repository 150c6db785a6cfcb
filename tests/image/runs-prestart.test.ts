// prestart.sh runs before the app; its failure ends the container with its code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, runToItsEnd, serve } from './support/container.ts';

const main =
  'console.log("app began");\nexport default async (app) => { app.get("/", async () => process.env.FROM_HOOK ?? "unset"); };\n';

test('it runs before the app, executable or not, and is not sourced', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/main.mjs': main,
      '/app/prestart.sh': 'echo "hook ran in $PWD"\nexport FROM_HOOK=set\nexit 0\necho not reached\n',
    },
  });
  assert.equal(await (await container.get('/')).text(), 'unset');
  const { output } = await container.stop();
  assert.match(output, /hook ran in \/app[\s\S]*app began/);
  assert.doesNotMatch(output, /not reached/);
});

test('its failure ends the container with its code, and the app never starts', async (t) => {
  const end = await runToItsEnd(t, {
    files: { '/app/main.mjs': main, '/app/prestart.sh': 'echo no database; exit 7\n' },
  });
  assert.equal(end.exitCode, 7);
  assert.match(end.lastLine, /\/app\/prestart\.sh ended with code 7, so the app was not started/);
  assert.doesNotMatch(end.output, /app began/);
});

test('Windows line ends are named', async (t) => {
  const end = await runToItsEnd(t, { files: { '/app/main.mjs': main, '/app/prestart.sh': 'echo hello\r\n' } });
  assert.equal(end.exitCode, 78);
  assert.match(end.lastLine, /\/app\/prestart\.sh has Windows line ends \(CRLF\)/);
});

test('PRE_START_PATH moves it, and nothing turns it off', async (t) => {
  const files = { '/app/main.mjs': main, '/app/prestart.sh': 'exit 7\n', '/app/scripts/up.sh': 'echo moved\n' };
  const moved = await serve(t, { files, environment: { PRE_START_PATH: 'scripts/up.sh' } });
  assert.match((await moved.stop()).output, /moved/);
  const off = await serve(t, { files, environment: { PRE_START_PATH: '' } });
  assert.equal((await off.stop()).exitCode, 0);
  const missing = await runToItsEnd(t, { files, environment: { PRE_START_PATH: 'scripts/down.sh' } });
  assert.equal(missing.exitCode, 78);
  assert.match(missing.lastLine, /PRE_START_PATH=scripts\/down\.sh: there is no such file/);
});

test('docker stop works while it hangs, and it gets SIGTERM', async (t) => {
  const container = await boot(t, {
    files: {
      '/app/main.mjs': main,
      '/app/prestart.sh':
        'trap "echo hook was asked to stop; exit 1" TERM\necho hangs\nwhile true; do sleep 0.1; done\n',
    },
  });
  await container.printed(/hangs/);
  const { exitCode, output } = await container.stop(5);
  assert.equal(exitCode, 0);
  assert.match(output, /hook was asked to stop/);
});
