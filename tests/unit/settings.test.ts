import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { schema } from '../../rootfs/usr/local/lib/cluster/settings/schema.ts';

test('without any variable the defaults hold', () => {
  assert.deepEqual(readSettings({ PATH: '/bin', HOME: '/' }), {
    mode: 'production',
    port: 8080,
    workers: 'auto',
    appModule: undefined,
    appArguments: [],
    preStartPath: '/app/prestart.sh',
    staticPath: '/app/public',
    healthPath: '/healthz',
    bootTimeoutMs: 30_000,
    drainDelayMs: 0,
    stopTimeoutMs: 25_000,
    workerDrainTimeoutMs: 30_000,
    workerStallTimeoutMs: 30_000,
    reloadSettleMs: 1000,
    maxRequests: 0,
    maxWorkerMemoryBytes: 0,
    maxWorkerLifetimeMs: 0,
  });
});

test('every example of the schema is allowed', () => {
  for (const [name, { example, type }] of Object.entries(schema)) {
    assert.notEqual(type.parse(example), undefined, `${name}=${example}`);
  }
});

test('names that users know from elsewhere mean the same', () => {
  assert.equal(readSettings({ LISTEN_PORT: '80' }).port, 80);
  assert.deepEqual(readSettings({ WEB_CONCURRENCY: '3' }).workers, { min: 3, max: 3 });
});

test('an empty value counts as not set', () => {
  assert.equal(readSettings({ PORT: '' }).port, 8080);
});

test('PRE_START_PATH set to nothing means that none is run', () => {
  assert.equal(readSettings({ PRE_START_PATH: '' }).preStartPath, undefined);
});

test('APP_ARGS is split as a shell would', () => {
  const cases: [string, string[]][] = [
    ['./build/server/index.js', ['./build/server/index.js']],
    ['--name  "two words"', ['--name', 'two words']],
    ['--json \'{"a": 1}\' --x="1 2"', ['--json', '{"a": 1}', '--x=1 2']],
  ];
  for (const [text, words] of cases) assert.deepEqual(readSettings({ APP_ARGS: text }).appArguments, words);
  assert.throws(() => readSettings({ APP_ARGS: '--name "two' }), /APP_ARGS=.*with closed quotes/);
});

test('two names of one setting may agree, but not disagree', () => {
  assert.equal(readSettings({ PORT: '80', LISTEN_PORT: '80' }).port, 80);
  assert.throws(
    () => readSettings({ PORT: '80', LISTEN_PORT: '81' }),
    /PORT=80 and LISTEN_PORT=81 mean the same setting/,
  );
});

test('durations: seconds without a unit, s, m, ms', () => {
  for (const [text, ms] of [
    ['30', 30_000],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1500ms', 1500],
    ['1.5', 1500],
  ] as const) {
    assert.equal(readSettings({ BOOT_TIMEOUT: text }).bootTimeoutMs, ms, text);
  }
});

test('all problems at once, each on a line with the value and what is allowed', () => {
  assert.throws(
    () => readSettings({ PORT: '80800', WORKERS: 'many', BOOT_TIMEOUT: '1h' }),
    (error: Error & { exitCode: number }) => {
      const lines = error.message.split('\n');
      assert.equal(error.exitCode, 78);
      assert.equal(lines.length, 3);
      assert.match(lines[0] ?? '', /^PORT="80800": must be a port between 1 and 65535\. Example: PORT=80\.$/);
      assert.match(lines[1] ?? '', /^WORKERS="many": must be `auto`, a number/);
      assert.match(lines[2] ?? '', /^BOOT_TIMEOUT="1h": must be a duration/);
      return true;
    },
  );
});

const refused: Record<string, string[]> = {
  PORT: ['0', '-1', '65536', '80.5', 'http', '8080;', '٨٠', '1e3', '0x50'],
  WORKERS: ['0', '-2', '1000', 'auto ;', 'AUTO'],
  HEALTH_PATH: ['healthz', '/', '/a b', '/a;}', '/a"', '/a\n}', '/$uri', '/é', '/a{', '//a'],
  STATIC_PATH: ['public', '/app/../etc', '/a b', '/a;', '/a$b', '/'],
  APP_MODULE: ['a\nb', 'a\u0000b'],
  BOOT_TIMEOUT: ['0', '-5', '1h', 'soon', '999999999m'],
  DRAIN_DELAY: ['-1', '11m', '1d'],
  STOP_TIMEOUT: ['0', '0.5', 'forever'],
};
for (const [name, values] of Object.entries(refused)) {
  for (const value of values) {
    test(`${name}=${JSON.stringify(value)} is refused`, () => {
      assert.throws(() => readSettings({ [name]: value }), new RegExp(`^ClusterError: ${name}=`));
    });
  }
}

test('DRAIN_DELAY is a part of STOP_TIMEOUT', () => {
  assert.throws(
    () => readSettings({ DRAIN_DELAY: '25s' }),
    /DRAIN_DELAY \(25 s\) must be shorter than STOP_TIMEOUT \(25 s\)/,
  );
});
