// Two servers of one process on one address: a worker answers as Node itself does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const program = join(import.meta.dirname, 'support/listening-twice.ts');

/** What the app does, and how many of its servers Node refuses. PATH is a path in a folder of its own. */
const cases: [what: string, refused: number, code: string][] = [
  ['a further port', 1, 'watch(net.createServer()).listen(18081); watch(net.createServer()).listen(18081);'],
  [
    'a further port, on an address of it',
    1,
    "watch(net.createServer()).listen(18081); watch(net.createServer()).listen(18081, '127.0.0.1');",
  ],
  [
    'a further port, on two addresses',
    0,
    "watch(net.createServer()).listen(18081, '127.0.0.1'); watch(net.createServer()).listen(18081, '127.0.0.2');",
  ],
  [
    'a further port, of both HTTP and TCP',
    1,
    'watch(http.createServer()).listen(18080); watch(http.createServer()).listen(18081); watch(net.createServer()).listen(18081);',
  ],
  [
    'a further port, closed before',
    0,
    'const first = watch(net.createServer()).listen(18081); await new Promise((resolve) => first.once("listening", () => first.close(resolve))); watch(net.createServer()).listen(18081);',
  ],
  ['the port of the app', 1, 'watch(http.createServer()).listen(18080); watch(http.createServer()).listen(18080);'],
  [
    'the port of the app, with a server that does not speak HTTP',
    1,
    'watch(http.createServer()).listen(18080); watch(net.createServer()).listen(18080);',
  ],
  [
    'the port of the app, as Fastify has it for localhost',
    0,
    "watch(http.createServer()).listen(18080, '127.0.0.1'); watch(http.createServer()).listen(18080, '127.0.0.3');",
  ],
  [
    'the port of the app, closed before',
    0,
    'const first = watch(http.createServer()).listen(18080); await new Promise((resolve) => first.once("listening", () => first.close(resolve))); watch(http.createServer()).listen(18080);',
  ],
  ['a unix path', 1, 'watch(net.createServer()).listen("PATH"); watch(net.createServer()).listen("PATH");'],
  ['a unix path, of HTTP', 1, 'watch(http.createServer()).listen("PATH"); watch(http.createServer()).listen("PATH");'],
  [
    'a unix path that is removed before',
    0,
    'const first = watch(net.createServer()).listen("PATH"); await new Promise((resolve) => first.once("listening", resolve)); fs.rmSync("PATH"); watch(net.createServer()).listen("PATH");',
  ],
  [
    'a UDP port',
    1,
    "watch(dgram.createSocket('udp4')).bind(18082); watch(dgram.createSocket('udp4')).bind({ port: 18082 });",
  ],
  [
    'a UDP port that is shared (reuseAddr)',
    0,
    "const open = () => watch(dgram.createSocket({ type: 'udp4', reuseAddr: true })); open().bind(18082); open().bind(18082);",
  ],
  [
    'a UDP port, closed before',
    0,
    "const first = watch(dgram.createSocket('udp4')).bind(18082); await new Promise((resolve) => first.once('listening', () => first.close(resolve))); watch(dgram.createSocket('udp4')).bind(18082);",
  ],
  ['a unix path in a folder that is not there', 1, 'watch(net.createServer()).listen("PATH/none/there.sock");'],
];

for (const [what, refused, code] of cases) {
  test(`${what}: as in plain Node`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'addresses-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const run = (as: 'plain' | 'worker') => {
      const path = join(folder, 'app.sock');
      rmSync(path, { force: true });
      const args = [program, as, join(folder, 'slot.sock'), code.replaceAll('PATH', path)];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
      assert.notEqual(stdout, '', stderr);
      return JSON.parse(stdout) as { results: string[] };
    };
    const plain = run('plain');
    assert.equal(plain.results.filter((result) => result !== 'listens').length, refused);
    assert.deepEqual(run('worker'), plain);
  });
}
