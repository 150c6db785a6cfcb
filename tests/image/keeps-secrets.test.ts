// A secret setting is read from a file or the environment, and shown by nobody: no log, no status, no file that others
// may read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToItsEnd, serve } from './support/container.ts';

const main = `export default async function app(app) {
  app.get('/args', async () => process.argv.slice(2));
}
`;

test('APP_ARGS_FILE: the app gets what is in the file', async (t) => {
  const container = await serve(t, {
    files: { '/app/main.mjs': main, '/run-secrets/args': '--token "t0p secret"\n' },
    environment: { APP_ARGS_FILE: '/run-secrets/args' },
  });
  assert.deepEqual(await (await container.get('/args')).json(), ['--token', 't0p secret']);
  const printed = (await container.exec('cluster', 'config')).output;
  assert.match(printed, /^APP_ARGS +\(not shown\) +file \/run-secrets\/args, APP_ARGS_FILE$/m);
});

test('a secret is in no log, no answer and no file that another user could read', async (t) => {
  const secret = 't0p-secret';
  const container = await serve(t, {
    // What it is meant to find, so that it is known to look.
    files: { '/app/main.mjs': main, '/etc/control': secret },
    environment: { APP_ARGS: `--token ${secret}`, DATABASE_PASSWORD: `${secret}-of-the-app` },
  });
  await container.get('/args');
  for (const command of [
    ['cluster', 'config', 'print'],
    ['cluster', 'config', 'print', '--json'],
    ['cluster', 'config', 'nginx'],
    ['cluster', 'status', '--json'],
  ]) {
    const { exitCode, output } = await container.exec(...command);
    assert.equal(exitCode, 0);
    assert.doesNotMatch(output, new RegExp(secret), command.join(' '));
  }
  // The user is a stranger to all of ours: neither owner nor of the group.
  const { output: found } = await container.execAs(
    '54321:54321',
    'sh',
    '-c',
    `grep -rls ${secret} /run /tmp /var /etc /usr/local/etc; true`,
  );
  assert.equal(found.trim(), '/etc/control');
  assert.doesNotMatch((await container.stop()).output, new RegExp(secret));
});

test('a secret that is wrong is not printed either', async (t) => {
  const { exitCode, output } = await runToItsEnd(t, {
    files: { '/app/main.mjs': main },
    environment: { APP_ARGS: '--token "t0p-secret' },
  });
  assert.equal(exitCode, 78);
  assert.match(output, /APP_ARGS \(its value is not shown\): must be words/);
  assert.doesNotMatch(output, /t0p-secret/);
});
