// What the app finds in its environment, and what of it is Node's own or for its frameworks.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { appEnvironment } from '../../rootfs/usr/local/lib/cluster/app/app-environment.ts';
import { trustedProxyVariables } from '../../rootfs/usr/local/lib/cluster/app/proxy-trust.ts';
import { parseEnvironment } from '../../rootfs/usr/local/lib/cluster/machine/container-environment.ts';
import {
  checkNodeOptions,
  checkPreloads,
  debuggerOf,
  splitNodeOptions,
  withoutDebugger,
  withoutHeapOf,
} from '../../rootfs/usr/local/lib/cluster/machine/node-options.ts';
import { planProcesses } from '../../rootfs/usr/local/lib/cluster/machine/plan.ts';
import { forwardedHeaders } from '../../rootfs/usr/local/lib/cluster/nginx/config/forwarded-headers.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';

test('every variable is read as the kernel has it', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !/[\0=]/.test(text) && text !== '__proto__');
  const value = fc.string().filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.dictionary(name, value), (environment) => {
      const block = Object.entries(environment)
        .map(([name, value]) => `${name}=${value}\0`)
        .join('');
      assert.deepEqual(parseEnvironment(block), { ...environment });
    }),
  );
  assert.deepEqual(parseEnvironment('my.setting=a=b\0my-setting=\0two\nlines=x\ny\0'), {
    'my.setting': 'a=b',
    'my-setting': '',
    'two\nlines': 'x\ny',
  });
});

test('the app gets all of it, PATH completed, and NODE_ENV by the mode', () => {
  const container = { 'my.setting': '1', PATH: '/opt/bin:/usr/bin', NODE_OPTIONS: '--inspect --enable-source-maps' };
  const production = { mode: 'production', nginx: true } as const;
  assert.deepEqual(appEnvironment(container, production, undefined), {
    'my.setting': '1',
    PATH: '/opt/bin:/usr/bin:/usr/local/bin:/bin',
    NODE_OPTIONS: '--enable-source-maps',
    NODE_ENV: 'production',
  });
  const development = appEnvironment({ NODE_OPTIONS: '--inspect' }, { ...production, mode: 'development' }, undefined);
  assert.deepEqual(development, { PATH: '/usr/local/bin:/usr/bin:/bin', NODE_ENV: 'development' });
});

const debuggers: readonly (readonly [string, ReturnType<typeof debuggerOf>])[] = [
  ['', undefined],
  ['--inspect-port=9230', undefined],
  ['--title "no --inspect"', undefined],
  ['--inspect', { host: '127.0.0.1', port: 9229, waits: 'no' }],
  ['--inspect=9230', { host: '127.0.0.1', port: 9230, waits: 'no' }],
  ['--inspect=0.0.0.0', { host: '0.0.0.0', port: 9229, waits: 'no' }],
  ['--inspect=0.0.0.0:9230', { host: '0.0.0.0', port: 9230, waits: 'no' }],
  ['--inspect=[::]:9230', { host: '::', port: 9230, waits: 'no' }],
  ['--inspect_wait=:9230', { host: '127.0.0.1', port: 9230, waits: 'wait' }],
  ['--inspect-brk=localhost', { host: 'localhost', port: 9229, waits: 'break' }],
  ['--inspect-port 0.0.0.0:9230 --inspect-brk', { host: '0.0.0.0', port: 9230, waits: 'break' }],
];
for (const [nodeOptions, expected] of debuggers) {
  test(`NODE_OPTIONS='${nodeOptions}' asks for ${expected === undefined ? 'no debugger' : `the debugger at ${expected.host}:${expected.port}`}`, () => {
    assert.deepEqual(debuggerOf(nodeOptions), expected);
    assert.equal(debuggerOf(withoutDebugger(nodeOptions)), undefined);
  });
}

test('the other flags stay, with their values and quotes', () => {
  const others = '--require "./a b.cjs" --title "say \\"hi\\"" -r ./c.cjs --max-old-space-size=100';
  assert.equal(withoutDebugger(others), others);
  assert.equal(withoutDebugger(`--inspect=9230 ${others} --inspect-publish-uid http`), others);
  const word = fc.string({ minLength: 1 }).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`);
  fc.assert(
    fc.property(word, (quoted) => {
      const text = `--title ${quoted}`;
      assert.deepEqual(splitNodeOptions(withoutDebugger(`${text} --inspect`)), splitNodeOptions(text));
    }),
  );
});

test('a heap that NODE_OPTIONS sizes is not sized by the plan', () => {
  const planned = ['--max-http-header-size=36864', '--max-old-space-size=700', '--max-semi-space-size=16'];
  assert.deepEqual(withoutHeapOf('', planned), planned);
  assert.deepEqual(withoutHeapOf('--max_old_space_size=900 --max-http-header-size=1', planned), [
    '--max-http-header-size=36864',
    '--max-semi-space-size=16',
  ]);
  assert.deepEqual(withoutHeapOf('--max-old-space-size-percentage=60 --max-semi-space-size=4', planned), [
    '--max-http-header-size=36864',
  ]);
});

test('what Node refuses, and what no worker could run with, is one line with the remedy', () => {
  for (const [nodeOptions, code, message] of [
    ['--foo', 'NODE_OPTIONS_REFUSED', /^Node refuses NODE_OPTIONS: --foo is not allowed in NODE_OPTIONS\. /],
    ['--max-old-space-size=much', 'NODE_OPTIONS_REFUSED', /: illegal value for flag --max-old-space-size=much of type/],
    ['--import', 'NODE_OPTIONS_REFUSED', /: --import requires an argument\. /],
    ['--title "a', 'NODE_OPTIONS_REFUSED', /: invalid value for NODE_OPTIONS \(unterminated string\)\. /],
    ['--watch', 'NODE_OPTIONS_UNFIT', /^NODE_OPTIONS: --watch runs the app in a process that nginx does not reach\. /],
    ['--watch-path ./src', 'NODE_OPTIONS_UNFIT', /^NODE_OPTIONS: --watch-path \.\/src runs /],
    ['--permission --allow-fs-read=*', 'NODE_OPTIONS_UNFIT', /^NODE_OPTIONS: --permission keeps Node from /],
    ['--no-require-module', 'NODE_OPTIONS_UNFIT', /^NODE_OPTIONS: --no-require-module keeps Node from loading /],
  ] as const) {
    assert.throws(
      () => checkNodeOptions(nodeOptions),
      (error: Error & { code: string; exitCode: number }) =>
        error.code === code && error.exitCode === 78 && message.test(error.message) && !error.message.includes('\n'),
      nodeOptions,
    );
  }
  for (const fine of ['', '--inspect=0.0.0.0:9229', '--import ./missing.mjs', '--title "a --watch"'])
    checkNodeOptions(fine);
});

test('a preload that is not there is refused; one that Node may find is not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'preloads-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules/there'), { recursive: true });
  writeFileSync(join(folder, 'hook.cjs'), '');
  writeFileSync(join(folder, 'package.json'), '{"name":"own"}');
  const missing = [
    '--import ./missing.mjs',
    '--require=missing',
    '-r @scope/missing/register',
    '--loader file:///missing.mjs',
    '--enable-source-maps --import /missing.mjs',
  ];
  for (const nodeOptions of missing) {
    assert.throws(
      () => checkPreloads(nodeOptions, folder),
      (error: Error & { exitCode: number }) => error.exitCode === 78 && /names what is not there/.test(error.message),
      nodeOptions,
    );
  }
  for (const nodeOptions of [
    '',
    '--require ./hook',
    '--import ./hook.cjs',
    '-r there/register',
    '--import own',
    '--import #hook',
    '--import node:test',
    '--import data:text/javascript,1',
    '--title ./missing.mjs',
  ]) {
    checkPreloads(nodeOptions, folder);
  }
});

test('a debugger that cannot be reached, or sees a part of the requests, is a warning', () => {
  const machine = { ...aMachine, cpus: { value: 2, source: 'a test' } };
  const warningsOf = (nodeOptions: string, environment = {}) =>
    planProcesses(readSettings(environment).settings, machine, nodeOptions).warnings;
  assert.match(warningsOf('--inspect', { WORKERS: '1' })[0] ?? '', /Write --inspect=0\.0\.0\.0:9229, and publish/);
  assert.match(warningsOf('--inspect=0.0.0.0')[0] ?? '', /that of worker 0, one of 2\. Write WORKERS=1/);
  assert.deepEqual(warningsOf('--inspect=0.0.0.0', { WORKERS: '1' }), []);
});

const aMachine = {
  hasUnlimitedCpus: false,
  isKubernetes: false,
  memoryBytes: { value: 2 ** 32, source: 'a test' },
  openFiles: 100_000,
};

test('a framework is found by its package, installed or named, near the entry, or by its build', (t) => {
  const found = (files: Record<string, string>, entry: string, container = {}, nginx = true, environment = {}) => {
    const folder = write(t, files);
    return trustedProxyVariables(container, { nginx }, { entry: join(folder, entry), environment }, folder).map(
      ({ variable }) => variable,
    );
  };
  const auth = { 'node_modules/@auth/core/package.json': '{ "version": "0.41.3" }' };
  assert.deepEqual(found(auth, 'main.js'), ['AUTH_TRUST_HOST']);
  assert.deepEqual(found(auth, 'main.js', { NEXTAUTH_URL: 'https://example.com' }), []);
  assert.deepEqual(found(auth, 'main.js', { AUTH_TRUST_HOST: '' }), []);
  assert.deepEqual(found(auth, 'main.js', {}, false), []);
  assert.deepEqual(found(auth, 'main.js', {}, true, { AUTH_URL: 'https://example.com' }), []);
  const named = { 'package.json': '{ "devDependencies": { "@sveltejs/adapter-node": "^5.0.0" } }' };
  assert.deepEqual(found(named, 'build/index.js'), ['PROTOCOL_HEADER']);
  assert.deepEqual(found(named, 'build/index.js', { ORIGIN: 'https://example.com' }), []);
  const inWorkspace = { 'apps/web/package.json': '{ "dependencies": { "@angular/ssr": "22.2.0" } }' };
  assert.deepEqual(found(inWorkspace, 'apps/web/dist/web/server/server.mjs'), ['NG_TRUST_PROXY_HEADERS']);
  assert.deepEqual(found(inWorkspace, 'apps/api/main.js'), []);
  assert.deepEqual(found({ 'handler.js': '', 'adapter-node.js': '' }, 'index.js'), ['PROTOCOL_HEADER']);
  assert.deepEqual(found({ 'handler.js': '', 'env.js': '' }, 'index.js'), []);
  assert.deepEqual(found({ 'package.json': 'no JSON' }, 'main.js'), []);
});

test('only version 5 of next-auth has the meaning of AUTH_TRUST_HOST', (t) => {
  for (const [version, expected] of [
    ['^4.24.15', []],
    ['5.0.0-beta.30', ['AUTH_TRUST_HOST']],
    ['^5', ['AUTH_TRUST_HOST']],
    ['4.5.0', []],
  ] as const) {
    const folder = write(t, { 'package.json': JSON.stringify({ dependencies: { 'next-auth': version } }) });
    const found = trustedProxyVariables(
      {},
      { nginx: true },
      { entry: join(folder, 'server.js'), environment: {} },
      folder,
    );
    assert.deepEqual(
      found.map(({ variable }) => variable),
      expected,
      version,
    );
  }
});

test('what a framework is told to trust is overwritten by nginx', (t) => {
  const folder = write(t, {
    'package.json': '{ "dependencies": { "@angular/ssr": "1", "@sveltejs/adapter-node": "1", "next-auth": "4" } }',
  });
  const found = trustedProxyVariables({}, { nginx: true }, { entry: join(folder, 'main.js'), environment: {} }, folder);
  const { settings } = readSettings({});
  const { requestHeaders = [] } = forwardedHeaders({ settings } as Parameters<typeof forwardedHeaders>[0]);
  const overwritten = requestHeaders.map(([name]) => name.toLowerCase());
  assert.equal(found.length, 2);
  for (const header of found.flatMap(({ value }) => value.split(','))) assert.ok(overwritten.includes(header), header);
});

function write(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
