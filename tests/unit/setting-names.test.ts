// Variables that are no settings, but look like one; and how values stand in messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Disk, Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { describeReadError, quoteValue } from '../../rootfs/usr/local/lib/cluster/settings/problem-text.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { findUnknown } from '../../rootfs/usr/local/lib/cluster/settings/unknown.ts';

test('a near miss may be the app’s own: a warning that names the setting', () => {
  for (const [name, meant] of [
    ['WOKRERS', 'WORKERS'], // two letters exchanged
    ['WORKER', 'WORKERS'],
    ['WORKERZ', 'WORKERS'],
    ['WRKERS', 'WORKERS'],
    ['PROT', 'PORT'],
    ['POTR', 'PORT'],
    ['PORTS', 'PORT'],
    ['port', 'PORT'],
    ['PORT_FILE', 'PORT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['LOG-LEVEL', 'LOG_LEVEL'],
    ['LOG_LEVELL_FILE', 'LOG_LEVEL'],
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
    ['TRUSTED_PROXYS', 'TRUSTED_PROXIES'],
    ['TRUSTED_PRXY', 'TRUSTED_PROXIES'],
    ['TRUSTD_PROXIS', 'TRUSTED_PROXIES'], // a mistake in each word
    ['STOP-TIME-OUT', 'STOP_TIMEOUT'],
    ['REQUESTTIMEOUT', 'REQUEST_TIMEOUT'],
    ['REQEUST_TIMEUOT', 'REQUEST_TIMEOUT'],
  ] as const) {
    const { problems, warnings } = findUnknown({ [name]: '' });
    assert.deepEqual(problems, [], name);
    assert.deepEqual(warnings, [
      `${name} is not a setting of this image. If it is not your app's own, write ${meant}.`,
    ]);
  }
});

test('what is far from every setting is the app’s own', () => {
  for (const name of [
    ...['TPRO', 'RTPO', 'PRT', 'OPRT_X', 'PAST', 'PORTAL', 'SPORT_X', 'POOR', 'TROP_A'],
    ...['LOG', 'LEVEL', 'LOG_LEVEL_APP', 'APP_LOG_LEVEL', 'TOP_LEVEL', 'LOG_LABEL_X', 'MAX_LEVEL'],
    ...['HTTP_TIMEOUT', 'TIMEOUT', 'STOP', 'WORKER_TIMEOUT_APP', 'REQUEST_TIMES', 'TRUSTED', 'PROXIES', 'PROXY'],
    ...['_FILE', 'X_FILE', 'FILE', '_', '-', 'WORDS'],
  ]) {
    const found = findUnknown({ [name]: '1' });
    assert.deepEqual(found, { problems: [], warnings: [] }, `${name}: ${JSON.stringify(found)}`);
  }
});

test('a name that can only be meant for this image is an error', () => {
  for (const [name, line] of [
    ['NGINX_MAX_UPLOADS', /^NGINX_MAX_UPLOADS is not a setting of this image\. Write NGINX_MAX_UPLOAD\.$/],
    ['NGINX_GZIP', /^NGINX_GZIP is not a setting of this image\. Those that begin with NGINX_ are NGINX_\w+, NGINX_/],
    ['STATIC_PTH', /^STATIC_PTH is .* Write STATIC_PATH\.$/],
    ['WORKER_STAL_TIMEOUT', /Write WORKER_STALL_TIMEOUT\.$/],
    ['MAX_WORKER_MEMRY', /Write MAX_WORKER_MEMORY\.$/],
  ] as const) {
    const { problems, warnings } = findUnknown({ [name]: '' });
    assert.deepEqual([problems.length, warnings], [1, []], name);
    assert.match(problems[0] ?? '', line);
  }
  const [listed = ''] = findUnknown({ NGINX_GZIP: '' }).problems;
  assert.ok(listed.match(/NGINX_\w+/g)?.every((name) => name.startsWith('NGINX_')));
  assert.doesNotMatch(listed, /PORT|WORKERS/);
});

test('a value is repeated only if the setting could have it: it may be a secret of the app', () => {
  for (const [environment, written] of [
    [{ WOKRERS: '3' }, 'WORKERS=3'],
    [{ WOKRERS: ' 3 ' }, 'WORKERS=3'],
    [{ WOKRERS: 's3cret' }, 'WORKERS'],
    [{ WOKRERS: '' }, 'WORKERS'],
    [{ HEALTH_PATHS: '/up' }, 'HEALTH_PATH=/up'],
    [{ HEALTH_PATHS: `/${'a'.repeat(39)}` }, `HEALTH_PATH=/${'a'.repeat(39)}`],
    [{ HEALTH_PATHS: `/${'a'.repeat(40)}` }, 'HEALTH_PATH'],
    [{ TRUSTED_PROXY: '10.0.0.0/8,::1' }, 'TRUSTED_PROXIES=10.0.0.0/8,::1'],
    [{ TRUSTED_PROXY: '10.0.0.0/8, ::1' }, 'TRUSTED_PROXIES'],
    [{ APP_MODUL: 'src/main.ts' }, 'APP_MODULE=src/main.ts'],
    [{ APP_MODUL: 'src/$main.ts' }, 'APP_MODULE'],
    [{ APP_ARG: 's3cret' }, 'APP_ARGS'], // a secret
  ] as const) {
    const [warning = ''] = findUnknown(environment as Environment).warnings;
    assert.ok(warning.endsWith(` write ${written}.`), warning);
  }
});

test('a secret’s file is a setting, that of another setting is not', () => {
  assert.deepEqual(findUnknown({ APP_ARGS_FILE: '/run/secrets/args' }), { problems: [], warnings: [] });
  assert.equal(
    findUnknown({ APP_ARGS_FILES: 'x' }).warnings.length + findUnknown({ PORT_FILE: 'x' }).warnings.length,
    1,
  );
});

test('what a service or a container called nginx puts into the environment is no mistake', () => {
  for (const rest of [
    ...['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTP', 'PORT', 'NAME', 'ENV_NGINX_VERSION'],
    ...['TCP', 'UDP', 'SCTP'].flatMap((protocol) => [`PORT_80_${protocol}`, `PORT_8080_${protocol}_PORT`]),
    ...['PORT_80_TCP_PROTO', 'PORT_80_TCP_ADDR', 'PORT_80_TCP_START', 'PORT_80_TCP_END', 'BACKEND_SERVICE_HOST'],
  ]) {
    assert.deepEqual(findUnknown({ [`NGINX_${rest}`]: 'x' }).problems, [], rest);
  }
  for (const rest of [
    ...['SERVICE', 'SERVICE_HOSTS', 'SERVICES_HOST', 'SERVICE_PORTX', 'SERVICE_PORT_', 'PORTX', 'PORT_80', 'NAMES'],
    ...['PORT_X_TCP', 'PORT_80_TCPX', 'PORT_80_TCP_', 'PORT_80_TCP_HOST', 'PORT_TCP', 'ENV_', 'ENV', 'SERVICEPORT'],
  ]) {
    assert.equal(findUnknown({ [`NGINX_${rest}`]: 'x' }).problems.length, 1, rest);
  }
});

test('a value is shown in quotes, on one line, and cut after 80 characters', () => {
  assert.equal(quoteValue('a "b"\n'), '"a \\"b\\"\\n"');
  assert.equal(quoteValue('x'.repeat(80)), `"${'x'.repeat(80)}"`);
  assert.equal(quoteValue('x'.repeat(81)), `"${'x'.repeat(80)}…"`);
});

test('a file that cannot be read: the reason, and what to do where that is known', () => {
  const reason = (code: string) => describeReadError(Object.assign(new Error('no'), { code }));
  assert.match(reason('ENOENT'), /^names a file that does not exist\./);
  assert.match(reason('EACCES'), /may not read \(EACCES\)\./);
  assert.match(reason('EISDIR'), /^names a folder\./);
  assert.equal(reason('EIO'), 'names a file that cannot be read (EIO).');
  assert.equal(describeReadError(new Error('no')), 'names a file that cannot be read (Error: no).');
});

/** Of a disk with one file, whose text is given. */
function withFile(text: string): Disk {
  return { isFolder: () => true, isFile: () => false, read: () => text };
}

test('a secret in a file ends before its last line end, and at no other', () => {
  for (const [text, read] of [
    ['a b', ['a', 'b']],
    ['a\n', ['a']],
    ['a\r\n', ['a']],
    ["'a\n'\n", ['a\n']],
  ] as const) {
    const { settings } = readSettings({ APP_ARGS_FILE: '/x' }, 'production', withFile(text));
    assert.deepEqual(settings.appArguments, read, JSON.stringify(text));
  }
});

test('a problem names the variable, its value, what is allowed and what to write', () => {
  for (const [environment, line] of [
    [{ PORT: 'x' }, 'PORT="x": must be a port between 1 and 65535. For example PORT=80.'],
    [{ LISTEN_PORT: "'81'" }, 'LISTEN_PORT="\'81\'": must be a port between 1 and 65535. Write LISTEN_PORT=81.'],
    [{ PORT: '" 81 "' }, 'PORT="\\" 81 \\"": must be a port between 1 and 65535. Write PORT=81.'],
    [{ PORT: ' "81" ' }, 'PORT=" \\"81\\" ": must be a port between 1 and 65535. Write PORT=81.'],
    [{ PORT: '8"1"' }, 'PORT="8\\"1\\"": must be a port between 1 and 65535. For example PORT=80.'],
    [{ PORT: '"8"1' }, 'PORT="\\"8\\"1": must be a port between 1 and 65535. For example PORT=80.'],
    [{ PORT: '"81\'' }, 'PORT="\\"81\'": must be a port between 1 and 65535. For example PORT=80.'],
    [{ PORT: 'x"81"' }, 'PORT="x\\"81\\"": must be a port between 1 and 65535. For example PORT=80.'],
    [{ PORT: '81', LISTEN_PORT: '82' }, 'PORT="81" and LISTEN_PORT="82" mean the same setting: keep one of them.'],
  ] as const) {
    assert.throws(() => readSettings(environment as Environment), { message: line });
  }
  assert.throws(() => readSettings({ WORKERS: ' 8-2 ' }), /: the minimum 8 is above the maximum 2; it must/);
  assert.throws(() => readSettings({ WORKERS: '8-2' }), /^.*WORKERS="8-2": the minimum 8 .* 2; it must be `auto` or/);
  assert.throws(() => readSettings({ APP_ARGS: `'s3cret` }), {
    message: /^APP_ARGS \(its .*\): must be .* For example APP_ARGS=/,
  });
  assert.throws(
    () => readSettings({ APP_ARGS: `"'s3cret"'"` }),
    (error: Error) => !error.message.includes('s3cret'),
  );
});

test('each value says where it is from', () => {
  const { origins, settings } = readSettings(
    { LISTEN_PORT: '81', PRE_START_PATH: '', WORKERS: '', APP_ARGS_FILE: '/x' },
    'development',
    withFile('a'),
  );
  assert.equal(settings.mode, 'development');
  assert.deepEqual(origins.port, { kind: 'environment', variable: 'LISTEN_PORT' });
  assert.deepEqual(origins.preStartPath, { kind: 'environment', variable: 'PRE_START_PATH' });
  assert.deepEqual(origins.workers, { kind: 'default' });
  assert.deepEqual(origins.appArguments, { kind: 'file', variable: 'APP_ARGS_FILE', path: '/x' });
  assert.deepEqual(readSettings({ APP_ARGS_FILE: '' }).origins.appArguments, { kind: 'default' });
  assert.deepEqual(readSettings({ PORT: '80', LISTEN_PORT: '80' }).origins.port, {
    kind: 'environment',
    variable: 'PORT',
  });
});
