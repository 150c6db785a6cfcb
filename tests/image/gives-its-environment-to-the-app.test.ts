// The container's environment reaches workers, prestart.sh and one-off commands whole, and acts in nothing of the image.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, runToItsEnd, serve } from './support/container.ts';

const printsItsEnvironment = 'export const handler = (req, res) => res.end(JSON.stringify(process.env));';
const oddNames = { 'my.setting': 'a=b', 'my-setting': 'two\nlines', 'my setting': '' };

async function environmentOf(container: Container): Promise<Record<string, string>> {
  return (await (await container.get('/')).json()) as Record<string, string>;
}

function pick(environment: Record<string, string>): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(oddNames).map((name) => [name, environment[name]]));
}

test('names that no shell allows arrive in workers, in prestart.sh and in a command', async (t) => {
  const prints = `node -e 'console.log("seen " + JSON.stringify(process.env))'\n`;
  const container = await serve(t, {
    files: { '/app/main.mjs': printsItsEnvironment, '/app/prestart.sh': prints },
    environment: oddNames,
  });
  assert.deepEqual(pick(await environmentOf(container)), oddNames);
  const [, inPreStart = ''] = await container.printed(/^seen (.*)$/m);
  assert.deepEqual(pick(JSON.parse(inPreStart)), oddNames);
  assert.equal(JSON.parse(inPreStart).NODE_ENV, 'production');
  await container.exec('cluster', 'reload');
  assert.deepEqual(pick(await environmentOf(container)), oddNames);
  const command = ['node', '--print', 'JSON.stringify(process.env)'];
  const alone = await runToItsEnd(t, { command, environment: oddNames });
  assert.deepEqual(pick(JSON.parse(alone.output)), oddNames);
});

test('a worker has what the container was given, what the contract adds, and nothing of the supervisor', async (t) => {
  const container = await serve(t, {
    files: { '/app/main.mjs': printsItsEnvironment },
    environment: { WORKERS: '1', BASH_ENV: '/app/missing.sh', SHELLOPTS: 'xtrace' },
  });
  const given = (await container.exec('env', '-0')).output.split('\0').filter((entry) => entry !== '');
  const added = Object.entries(await environmentOf(container))
    .map(([name, value]) => `${name}=${value}`)
    .filter((entry) => !given.includes(entry));
  assert.deepEqual(added.sort(), [
    'CLUSTER_TYPESCRIPT_MANIFEST=/run/cluster/typescript/manifest.json',
    'NODE_APP_INSTANCE=0',
    'NODE_ENV=production',
    'PORT=8080',
    'PWD=/app',
  ]);
  assert.deepEqual(
    given.filter((entry) => /^(S6_|CLUSTER_)/.test(entry)),
    [],
  );
  assert.doesNotMatch(container.output, /missing\.sh|^\++ /m);
});

test('what Node is told acts in the app and in no process of the image', async (t) => {
  const container = await serve(t, {
    files: {
      // TypeScript, so that the compiler runs, too.
      '/app/main.ts': 'enum Word { Hello }\nexport const handler = (req, res) => res.end(Word[0]);\n',
      '/app/instrument.ts': 'enum Word { Loaded }\nconsole.log(Word[0], "by", process.title);\n',
    },
    environment: {
      WORKERS: '2',
      NODE_OPTIONS: '--import ./instrument.ts --trace-exit',
      NODE_DEBUG: 'cluster,module_timer,child_process',
      NODE_V8_COVERAGE: '/tmp/coverage',
      OPENSSL_CONF: '/missing/openssl.cnf',
      NODE_EXTRA_CA_CERTS: '/missing/ca.pem',
      OTEL_SERVICE_NAME: 'shop',
    },
  });
  await container.printed(/worker 1 .* is ready/);
  for (const command of ['status', 'config', 'reload'] as const) {
    const { exitCode, output } = await container.exec('cluster', command);
    assert.equal(exitCode, 0, output);
    assert.doesNotMatch(output, /Loaded|TRACE|CHILD_PROCESS|WARNING/i);
  }
  const loadedBy = Array.from(container.output.matchAll(/^Loaded by (.*)$/gm), ([, title]) => title?.trim());
  assert.deepEqual(loadedBy.sort(), [
    'worker 0 starting',
    'worker 0 starting',
    'worker 1 starting',
    'worker 1 starting',
  ]);
  const primary = `for each in /proc/[0-9]*; do
    case $(head -c 7 $each/cmdline) in primary) tr '\\0' '\\n' < $each/environ;; esac
  done 2> /dev/null`;
  assert.match((await container.exec('sh', '-c', primary)).output, /^PATH=[^\n]*\n$/);
});

test('a flag that Node refuses ends the container before anything starts', async (t) => {
  const files = { '/app/main.mjs': printsItsEnvironment, '/app/prestart.sh': 'echo ran\n' };
  const end = await runToItsEnd(t, { files, environment: { NODE_OPTIONS: '--foo' } });
  assert.equal(end.exitCode, 78);
  assert.equal(
    end.output,
    '[cluster] Node refuses NODE_OPTIONS: --foo is not allowed in NODE_OPTIONS. Correct or remove that flag; `node --help` lists all flags.',
  );
  const check = await runToItsEnd(t, {
    files,
    command: ['cluster', 'config', 'check'],
    environment: { NODE_OPTIONS: '--watch' },
  });
  assert.match(check.output, /--watch runs the app in a process that nginx does not reach/);
});

test('a preload that fails is the app’s failure, with its own message; one that is missing ends the container before', async (t) => {
  const files = { '/app/main.mjs': printsItsEnvironment, '/app/throws.mjs': 'throw new Error("no collector");' };
  for (const [nodeOptions, exitCode, reason] of [
    ['--import ./missing.mjs', 78, /NODE_OPTIONS: --import \.\/missing\.mjs names what is not there/],
    [
      '--import ./throws.mjs',
      1,
      /app\/main\.mjs: the app exited with code 1 before it was ready: Error: no collector$/,
    ],
  ] as const) {
    const end = await runToItsEnd(t, { files, environment: { NODE_OPTIONS: nodeOptions } });
    assert.equal(end.exitCode, exitCode);
    assert.match(end.lastLine, reason);
  }
});
