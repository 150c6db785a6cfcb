// What forwards lines from FIFOs to the container's log: whole lines whoever prints, without waiting for the log's reader.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const program = join(import.meta.dirname, '../../rootfs/etc/s6-overlay/scripts/forward-log');
const names = ['nginx', 'server', 'worker-0', 'worker-1', 'worker-2', 'worker-3'];

/** A forwarder that runs. */
interface Forwarder {
  readonly process: ChildProcess;
  /** Prints as the process of this name; blocked where the FIFO is full. */
  print(name: string, stream: 'out' | 'err', text: string | Buffer): void;
  /** Starts a process that prints `count` lines of up to `bytes` bytes, each with its name and number. */
  printLines(name: string, count: number, bytes: number): Promise<unknown>;
  /** Starts a process that prints lines until the test ends. */
  printForever(name: string): void;
  /** Asks it to end. @returns what it has printed from now on */
  end(): Promise<{ out: string; err: string }>;
}

async function forward(t: TestContext, format = 'text', queueBytes = 64_000_000): Promise<Forwarder> {
  const folder = mkdtempSync(join(tmpdir(), 'forward-log-'));
  writeFileSync(join(folder, 'format'), format);
  writeFileSync(join(folder, 'queue-bytes'), String(queueBytes));
  execFileSync(
    'mkfifo',
    names.flatMap((name) => [`${folder}/${name}.out`, `${folder}/${name}.err`]),
  );
  // Open until the end: a FIFO that nobody has open forgets what is in it.
  const descriptors = new Map(
    names.flatMap((name) =>
      ['out', 'err'].map((stream) => [`${name}.${stream}`, openSync(`${folder}/${name}.${stream}`, constants.O_RDWR)]),
    ),
  );
  const process = spawn(program, [folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin' },
  });
  t.after(() => {
    process.kill('SIGKILL');
    for (const descriptor of descriptors.values()) closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
  const descriptorOf = (name: string, stream: string) => descriptors.get(`${name}.${stream}`) ?? -1;
  writeSync(descriptorOf('server', 'err'), 'it runs\n');
  await once(process.stderr as Readable, 'readable');
  return {
    process,
    print: (name, stream, text) => void writeSync(descriptorOf(name, stream), Buffer.from(text)),
    printLines: (name, count, bytes) => {
      const script = `for (let n = 0; n < ${count}; n += 1) require('fs').writeSync(1,
        JSON.stringify({ name: '${name}', n, x: 'x'.repeat(n % 4 === 0 ? ${bytes} : n % 500) }) + '\\n')`;
      return once(
        spawn(globalThis.process.execPath, ['-e', script], { stdio: ['ignore', descriptorOf(name, 'out'), 'inherit'] }),
        'exit',
      );
    },
    printForever: (name) => {
      const script = "const lines = ('x'.repeat(99) + '\\n').repeat(40); for (;;) require('fs').writeSync(1, lines)";
      const stdio = ['ignore', descriptorOf(name, 'out'), 'ignore'] as const;
      const child = spawn(globalThis.process.execPath, ['-e', script], { stdio: [...stdio] });
      t.after(() => child.kill('SIGKILL'));
    },
    async end() {
      const read = Promise.all([readAll(process.stdout as Readable), readAll(process.stderr as Readable)]);
      process.kill('SIGTERM');
      const [out, err] = await read;
      return { out, err: err.replace('it runs\n', '') };
    },
  };
}

async function readAll(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString();
}

/** @returns the numbers of each process's lines @throws where a line is not whole */
function numbersOf(out: string): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  for (const line of out.split('\n').slice(0, -1)) {
    const { name, n } = JSON.parse(line);
    numbers.set(name, [...(numbers.get(name) ?? []), n]);
  }
  return numbers;
}

const deadline = { timeout: 60_000 };

test('several processes that print lines of 64 kB at once: whole, in order, none missing', deadline, async (t) => {
  const forwarder = await forward(t);
  const workers = names.filter((name) => name.startsWith('worker'));
  const printed = Promise.all(workers.map((name) => forwarder.printLines(name, 60, 65_400)));
  // Nobody has read yet: more than two pipes hold have been taken.
  await printed;
  const numbers = numbersOf((await forwarder.end()).out);
  for (const name of workers) assert.deepEqual(numbers.get(name), [...Array(60).keys()]);
});

test('nobody reads the log: who prints does not wait, and what is dropped is counted', deadline, async (t) => {
  const forwarder = await forward(t, 'text', 1_000_000);
  await forwarder.printLines('worker-0', 400, 65_400);
  await forwarder.printLines('worker-1', 400, 65_400);
  const { out, err } = await forwarder.end();
  const kept = [...numbersOf(out).values()].flat().length;
  const [, dropped] =
    /^\[cluster\] warning: (\d+) lines of the log were dropped, since it was read too slowly$/m.exec(err) ?? [];
  assert.ok(kept > 0 && kept < 800);
  assert.equal(kept + Number(dropped), 800);
});

test('a log that is read too slowly all the time: what is dropped is counted again and again', deadline, async (t) => {
  const forwarder = await forward(t, 'text', 300_000);
  forwarder.printForever('worker-0');
  let notices = 0;
  (forwarder.process.stderr as Readable).on('data', (chunk) => {
    notices += String(chunk).match(/\d+ lines of the log were dropped/g)?.length ?? 0;
  });
  for await (const chunk of forwarder.process.stdout as Readable) {
    assert.ok(chunk.length > 0);
    if (notices >= 2) break;
    await sleep(5);
  }
  assert.ok(notices >= 2);
});

test('a process that goes on printing does not keep the forwarder from its end', deadline, async (t) => {
  const forwarder = await forward(t);
  forwarder.printForever('worker-0');
  const stdout = (forwarder.process.stdout as Readable).resume();
  await once(stdout, 'data');
  forwarder.process.kill('SIGTERM');
  const [code] = await once(forwarder.process, 'exit');
  assert.equal(code, 0);
});

test('the end does not wait for a reader that takes nothing', deadline, async (t) => {
  const forwarder = await forward(t);
  await forwarder.printLines('worker-0', 40, 65_400);
  forwarder.process.kill('SIGTERM');
  const [code] = await once(forwarder.process, 'exit');
  assert.equal(code, 0);
});

test('what a worker printed comes before what the server then says of it', deadline, async (t) => {
  const forwarder = await forward(t);
  for (let turn = 0; turn < 200; turn += 1) {
    forwarder.print('worker-3', 'err', `dies ${turn}\n`);
    forwarder.print('server', 'err', `died ${turn}\n`);
  }
  const lines = (await forwarder.end()).err.trimEnd().split('\n');
  for (let turn = 0; turn < 200; turn += 1) {
    assert.ok(lines.indexOf(`dies ${turn}`) < lines.indexOf(`died ${turn}`) && lines.includes(`dies ${turn}`));
  }
});

test('a line without an end is one after two seconds', deadline, async (t) => {
  const forwarder = await forward(t);
  forwarder.print('worker-0', 'out', 'a prompt: ');
  forwarder.print('worker-1', 'out', 'a line\n');
  const stdout = forwarder.process.stdout as Readable;
  let out = '';
  for await (const chunk of stdout) {
    out += chunk;
    if (out.includes('prompt')) break;
  }
  assert.equal(out, 'a line\na prompt: \n');
});

test(
  'as JSON: nginx’s errors and the server’s own lines become objects, the app’s stay as they are',
  deadline,
  async (t) => {
    const forwarder = await forward(t, 'json');
    const error = Buffer.from('2026/11/28 12:00:00 [crit] 7#7: *5 "\\ \x01 \xff", client: 10.0.0.1\n', 'latin1');
    forwarder.print('nginx', 'err', 'nginx: [emerg] é\n');
    forwarder.print('nginx', 'err', error);
    forwarder.print('server', 'err', '[supervisor] app "x" was killed\n[cluster] warning: much\n{"time":"already"}\n');
    forwarder.print('worker-0', 'err', 'an error of the app\n[cluster] a line of its worker\n');
    const { err } = await forwarder.end();
    const objects = err.split('\n').filter((line) => line.startsWith('{"time":"2'));
    assert.deepEqual(
      objects.map((line) => JSON.parse(line)).map(({ level, source, message }) => [source, level, message]),
      [
        ['nginx', 'error', 'nginx: [emerg] é'],
        ['nginx', 'crit', '7#7: *5 "\\ \x01 \xff", client: 10.0.0.1'],
        ['cluster', 'info', 'a line of its worker'],
        ['supervisor', 'info', 'app "x" was killed'],
        ['cluster', 'warn', 'much'],
      ],
    );
    assert.match(err, /^an error of the app$/m);
    assert.match(err, /^\{"time":"already"\}$/m);
  },
);
