// What is said of the settings elsewhere is what the schema says.
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { renderReference } from '../../rootfs/usr/local/lib/cluster/settings/reference.ts';
import { definitions, schema } from '../../rootfs/usr/local/lib/cluster/settings/schema.ts';
import { projectRoot } from '../../tools/paths.ts';

const names = definitions.flatMap(([, { name, aliases }]) => [name, ...aliases]);

test('docs/settings.md is what `npm run docs` makes of the schema', () => {
  assert.equal(read('docs/settings.md'), renderReference());
});

test('each default in docs/nginx.md names tests and settings that there are', () => {
  const tests = ['unit', 'image', 'deploy'].flatMap((kind) => readdirSync(join(projectRoot, 'tests', kind)));
  const rows = Array.from(read('docs/nginx.md').matchAll(/^\|(?! \*\*|---)(.+)\|$/gm), ([, row = '']) =>
    row.split('|'),
  );
  const tested = rows
    .filter((row) => row.length >= 3 && row.at(-1)?.trim() !== 'test')
    .flatMap((row) => row.at(-1)?.split(',') ?? []);
  const named = tested.map((name) => name.trim()).filter((name) => name !== '');
  assert.ok(named.length >= 20, `${named.length} tests`);
  assert.deepEqual(
    named.filter((name) => !tests.includes(`${name}.test.ts`)),
    [],
  );
  const settings = rows.flatMap((row) =>
    Array.from(row.join().matchAll(/`([A-Z_]{6,})(?:=\w+)?`/g), ([, name = '']) => name),
  );
  assert.ok(settings.length >= 20, `${settings.length} settings`);
  assert.deepEqual(
    settings.filter((name) => !names.includes(name)),
    [],
  );
});

test('the README has settings of the schema, with their defaults', () => {
  const rows = Array.from(
    read('README.md').matchAll(/^\| `([A-Z_]+)`[^|]*\| ([^|]*)\|/gm),
    ([, name = '', preset = '']) => ({
      name,
      preset: preset.trim(),
    }),
  );
  assert.ok(rows.length >= 8, `${rows.length} rows`);
  for (const { name, preset } of rows) {
    const definition = definitions.find(([, each]) => each.name === name)?.[1];
    assert.ok(definition !== undefined, `${name} is not in the schema`);
    const text = definition.default === undefined ? '' : `\`${definition.type.format(definition.default)}\``;
    assert.ok(preset === text || (preset === '' && text === '``'), `${name}: ${preset}, by the schema ${text}`);
  }
});

test('the Dockerfile sets no setting, exposes the default ports, and nothing in it looks like a typo', () => {
  const dockerfile = read('Dockerfile');
  const environment = Object.fromEntries(
    Array.from(dockerfile.matchAll(/^(?:ENV| {4}) ?([A-Z][A-Z0-9_]*)=(\S+)/gm), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  assert.ok('PATH' in environment, JSON.stringify(environment));
  assert.deepEqual(
    names.filter((name) => name in environment),
    [],
  );
  assert.deepEqual(readSettings(environment).warnings, []);
  assert.match(dockerfile, new RegExp(`^EXPOSE ${schema.port.default} ${schema.adminPort.default}$`, 'm'));
});

test('each promise of the README names its tests, and each image test is a promise', () => {
  const readme = read('README.md');
  const promises = readme.slice(readme.indexOf('| promise | test |'), readme.indexOf('## Settings'));
  const named = Array.from(promises.matchAll(/^\| .* \| ((?:`[a-z0-9-]+`(?:, )?)+) \|$/gm), ([, tests = '']) =>
    Array.from(tests.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
  ).flat();
  const tests = globSync('{image,deploy}/*.test.ts', { cwd: join(projectRoot, 'tests') }).map((file) =>
    basename(file, '.test.ts'),
  );
  assert.ok(named.length > 30, `${named.length} promises`);
  assert.deepEqual([...new Set(named)].sort(), tests.sort());
});

function read(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}
