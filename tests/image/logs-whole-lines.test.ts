// Every line of the app, of nginx and of the server itself arrives whole, up to 64 kB, whatever else is printed meanwhile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { boot, image, runToItsEnd, serve } from './support/container.ts';
import { logStreams } from './support/log-streams.ts';

/** Prints `count` lines of up to `bytes` at once on both streams, each with its process and number. */
const printer = `import { createServer } from 'node:http';
import { writeSync } from 'node:fs';
let lines = 0;
createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  const [count, bytes] = ['count', 'bytes'].map((name) => Number(url.searchParams.get(name)));
  for (let line = 0; line < count; line += 1) {
    const n = lines++;
    const text = JSON.stringify({ pid: process.pid, n, x: 'x'.repeat(n % 3 === 0 ? bytes : n % 100) }) + '\\n';
    process.stdout.write(text);
    process.stderr.write(text);
  }
  response.end(String(process.pid));
}).listen(3000);
`;

interface Printed {
  readonly pid?: number;
  readonly n?: number;
  readonly x?: string;
  readonly path?: string;
}

for (const workers of ['2', '8']) {
  test(`bursts of lines of 64 kB from ${workers} workers, between nginx’s own: whole, in order, and all of them at a stop`, async (t) => {
    const container = await serve(t, {
      files: { '/app/main.mjs': printer },
      environment: { WORKERS: workers, NGINX_WORKER_PROCESSES: '2' },
    });
    await container.printed(new RegExp(`(is ready after[\\s\\S]*){${workers}}`));
    const requests = Array.from({ length: 40 }, () => container.get('/print?count=10&bytes=65400'));
    const pids = new Set(await Promise.all(requests.map(async (response) => (await response).text())));
    assert.ok(pids.size > 1);
    const { exitCode } = await container.stop();
    assert.equal(exitCode, 0);

    const { out, err } = await logStreams(container);
    const printed = parse(out);
    assert.equal(printed.filter(({ path }) => path === '/print').length, 40);
    for (const stream of [printed, parse(err)]) {
      const byApp = stream.filter(({ n }) => n !== undefined);
      assert.equal(byApp.length, 400);
      for (const pid of pids) {
        const numbers = byApp.filter((line) => line.pid === Number(pid)).map(({ n }) => n);
        assert.deepEqual(numbers, [...numbers.keys()]);
      }
      assert.ok(byApp.every(({ n = 0, x }) => x?.length === (n % 3 === 0 ? 65400 : n % 100)));
    }
  });
}

test('a crash’s long stack trace arrives whole, before what the server says of the crash', async (t) => {
  const app = `import { createServer } from 'node:http';
createServer((request, response) => {
  if (request.url === '/crash') throw new Error('BEGIN' + '.'.repeat(50_000) + 'END');
  response.end('said');
}).listen(3000);
`;
  const container = await serve(t, { files: { '/app/main.mjs': app }, environment: { WORKERS: '1' } });
  await container.get('/crash');
  await container.printed(/worker 0 .*crashed, exited with code 1/);
  await container.stop();
  const { err } = await logStreams(container);
  assert.match(
    err,
    /^Error: BEGIN\.{50000}END$[\s\S]*^ +at [\s\S]*^Node\.js v[\s\S]*^\[cluster\] warning: worker 0 .*crashed, exited with code 1/m,
  );
});

test('what forwards the lines may be killed: no request fails, and later lines are there', async (t) => {
  const container = await serve(t, { files: { '/app/main.mjs': printer }, environment: { WORKERS: '2' } });
  for (let kill = 0; kill < 3; kill += 1) {
    const { output: killed } = await container.exec('s6-svstat', '-o', 'pid', '/run/service/log');
    await container.exec('s6-svc', '-k', '/run/service/log');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => container.get(`/killed-${kill}?count=2&bytes=1000`)),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    await container.printed(new RegExp(`"path":"/killed-${kill}"`));
    const { output: restarted } = await container.exec('s6-svstat', '-o', 'pid', '/run/service/log');
    assert.notEqual(restarted, killed);
  }
  assert.equal((await container.stop()).exitCode, 0);
});

test('LOG_FORMAT=json: one object a line, also of nginx’s errors, the supervisor and the last words', async (t) => {
  const container = await boot(t, {
    files: { '/app/main.mjs': 'setTimeout(() => { throw new Error(\'a "quoted"\\n\\\\ reason\'); }, 1500);\n' },
    environment: { LOG_FORMAT: 'json', WORKERS: '1', NGINX_MAX_UPLOAD: '1k' },
  });
  await container.end();
  const { err } = await logStreams(container);
  const own = err.split('\n').filter((line) => line.startsWith('{'));
  const objects = own.map((line) => JSON.parse(line));
  assert.ok(objects.every(({ time, level, source, message }) => Date.parse(time) > 0 && level && source && message));
  assert.doesNotMatch(err, /^\[/m);
  assert.equal(objects.at(-1).level, 'error');
  assert.match(objects.at(-1).message, /before it was ready: Error: a "quoted" \\ reason$/);

  const served = await serve(t, {
    app: 'parrot',
    environment: { LOG_FORMAT: 'json', WORKERS: '1', NGINX_MAX_UPLOAD: '1k', DRAIN_DELAY: '1s' },
  });
  await served.get('/say', { method: 'POST', body: 'x'.repeat(5000), headers: { 'user-agent': 'é"\\' } });
  await served.stop();
  const lines = (await logStreams(served)).err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const said = (source: string) => lines.filter((line) => line.source === source).map(({ message }) => message);
  assert.match(said('nginx').join('\n'), /client intended to send too large body/);
  assert.match(said('supervisor').join('\n'), /asked to stop/);
  assert.match(said('cluster').at(-1), /^stopped in /);
});

test('on a terminal and in a command that runs alone, a program prints to the container’s log itself', async (t) => {
  const script = 'console.log(process.stdout.isTTY, fs.existsSync("/run/cluster/log"))';
  const alone = await runToItsEnd(t, { command: ['node', '-e', script] });
  assert.equal(alone.output, 'undefined false');

  const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'main.mjs'),
    "console.log(['TTY', process.stdout.isTTY, process.stderr.isTTY].join(' '));\n",
  );
  chmodSync(folder, 0o755);
  const terminal = onTerminal('--volume', `${folder}:/app`, '--env', 'WORKERS=1');
  assert.match(terminal, /TTY true true/);
});

/** @returns what a container with a terminal prints until it ends */
function onTerminal(...args: string[]): string {
  const command = ['run', '--rm', '--tty', '--label', `node-nginx-fastify.test=${image}`, ...args, image];
  try {
    return execFileSync('docker', command, { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

/** @returns each line of the stream that is an object; all others are whole lines of the server's or of nginx's */
function parse(stream: string): Printed[] {
  const lines = stream.trimEnd().split('\n');
  return lines
    .filter((line) => !/^(\[cluster\] |\d+\/\d+\/\d+ [\d:]+ \[\w+\] )/.test(line))
    .map((line) => JSON.parse(line));
}
