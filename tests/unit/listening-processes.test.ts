// A launcher is told from a server: what it has started, and where that listens.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import {
  findHolder,
  findListeningProcesses,
  scriptOf,
} from '../../rootfs/usr/local/lib/cluster/machine/listening-processes.ts';

const server = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

test('a process that a process has started is found by the port on which it listens', async (t) => {
  const launcher = spawn(
    process.execPath,
    [
      '--eval',
      `require('node:child_process').spawn('sh', ['-c', process.argv[1] + ' & wait'], { stdio: 'inherit' });`,
      `exec '${process.execPath}' --eval "${server.replaceAll('"', '\\"')}" grandchild`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  t.after(() => process.kill(-(launcher.pid ?? 0), 'SIGKILL'));
  const [line] = await once(launcher.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
  const [found, ...others] = findListeningProcesses(launcher.pid ?? 0);
  assert.deepEqual(others, []);
  assert.deepEqual(found?.ports, [Number(line)]);
  assert.equal(found?.command.at(-1), 'grandchild');
});

test('whoever has a port is found, and nobody for a free one', async (t) => {
  const holder = spawn(process.execPath, ['--eval', server, 'holder'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => holder.kill('SIGKILL'));
  const [line] = await once(holder.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
  const port = Number(line);
  const found = findHolder(port)?.process;
  assert.equal(found?.pid, holder.pid);
  assert.deepEqual(found?.ports, [port]);
  assert.equal(found?.command.at(-1), 'holder');
  holder.kill('SIGKILL');
  await once(holder, 'exit', { signal: AbortSignal.timeout(20_000) });
  assert.equal(findHolder(port), undefined);
});

test('a process that has ended is no error', () => {
  assert.deepEqual(findListeningProcesses(2 ** 22 + 1), []);
});

const commands: [string, ReturnType<typeof scriptOf>][] = [
  ['node server.js', { script: 'server.js', args: [] }],
  [
    '/usr/local/bin/node --require ./a.cjs --import=b server.ts --port 3000',
    { script: 'server.ts', args: ['--port', '3000'] },
  ],
  ['node --enable-source-maps -r dotenv/config dist/main.js', { script: 'dist/main.js', args: [] }],
  ['node --eval 1', undefined],
  ['node', undefined],
  ['python3 server.py', undefined],
];
for (const [command, expected] of commands) {
  test(`the script of \`${command}\``, () => assert.deepEqual(scriptOf(command.split(' ')), expected));
}
