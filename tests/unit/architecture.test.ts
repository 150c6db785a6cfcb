// The code has the structure that docs/architecture.md describes, and `npm run lint` enforces it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../../tools/paths.ts';

const cluster = 'rootfs/usr/local/lib/cluster';
const page = readFileSync(join(projectRoot, 'docs/architecture.md'), 'utf8');
/** The rooms (`settings/`) and the files beside them (`log.ts`), in the order of the page. */
const described = Array.from(
  page.slice(page.indexOf('## Rooms'), page.indexOf('## Services')).matchAll(/^\| `([^`]+)` \| \S.* \|$/gm),
  ([, name = '']) => name,
);
const rooms = described.filter((name) => name.endsWith('/'));
const sources = globSync('**/*.ts', { cwd: join(projectRoot, cluster) }).sort();

test('docs/architecture.md names every room and every file beside the rooms, and nothing else', () => {
  const found = readdirSync(join(projectRoot, cluster), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  );
  assert.deepEqual(described.toSorted(), found.toSorted());
});

const kindsOfImport: ((path: string) => string)[] = [
  (path) => `import type { A } from '${path}';`,
  (path) => `import { a } from '${path}';`,
  (path) => `export { a } from '${path}';`,
  (path) => `await import('${path}');`,
  (path) => `type A = typeof import('${path}');`,
];

test('lint lets a room import from the rooms above it in docs/architecture.md, and from no room below', (t) => {
  const importers = described
    .filter((name) => name !== 'package.json')
    .flatMap((from) =>
      from.endsWith('/')
        ? [
            { from, file: `${from}example.ts`, up: '../' },
            { from, file: `${from}folder/example.ts`, up: '../../' },
          ]
        : [{ from, file: from, up: './' }],
    );
  const files: Record<string, string> = {};
  const refused: string[] = [];
  for (const { from, file, up } of importers) {
    const imports = rooms.flatMap((to) =>
      kindsOfImport.map((write) => ({ line: write(`${up}${to}example.ts`), isBelow: isBelow(to, from) })),
    );
    files[file] = imports.map(({ line }) => line).join('\n');
    refused.push(...imports.filter(({ isBelow }) => isBelow).map(({ line }) => `${file}: ${line}`));
  }
  const found = lint(t, files)
    .filter(({ category }) => category === 'plugin')
    .map(({ file, line }) => `${file}: ${files[file]?.split('\n')[line - 1]}`);
  assert.ok(refused.length > 500, String(refused.length));
  assert.deepEqual(found.toSorted(), refused.toSorted());
});

/** boot.ts is a program, and stands where its imports end. The other files beside the rooms import from no room. */
function isBelow(room: string, importer: string): boolean {
  const isBesideRooms = importer.endsWith('.ts') && importer !== 'boot.ts';
  return room !== importer && (isBesideRooms || described.indexOf(room) > described.indexOf(importer));
}

test('lint refuses import cycles, also of types alone', (t) => {
  const files = {
    'settings/first.ts': "import type { Second } from './second.ts';\nexport type First = Second;",
    'settings/second.ts': "export type { Third as Second } from './third.ts';",
    'settings/third.ts': "export const third = () => import('./first.ts');\nexport type Third = typeof third;",
    'settings/fourth.ts': "export type { First } from './first.ts';",
  };
  const found = lint(t, files).filter(({ category }) => category === 'lint/suspicious/noImportCycles');
  assert.deepEqual([...new Set(found.map(({ file }) => file))].toSorted(), [
    'settings/first.ts',
    'settings/second.ts',
    'settings/third.ts',
  ]);
});

test('lint refuses a file of more than 300 lines, but for schema.ts, and a function of more than 60', (t) => {
  const lines = (count: number) => Array.from({ length: count }, (_, line) => `export const a${line} = ${line};`);
  const body = (count: number) => `export function f() {\n${'  f();\n'.repeat(count)}}\n`;
  const files = {
    'nginx/short.ts': lines(300).join('\n'),
    'nginx/long.ts': lines(301).join('\n'),
    'settings/schema.ts': lines(301).join('\n'),
    'pool/short-function.ts': body(58),
    'pool/long-function.ts': body(61),
  };
  const found = lint(t, files).filter(({ category }) => category.includes('/noExcessiveLines'));
  assert.deepEqual(
    found.map(({ file, category }) => `${file} ${category}`),
    [
      'nginx/long.ts lint/style/noExcessiveLinesPerFile',
      'pool/long-function.ts lint/complexity/noExcessiveLinesPerFunction',
    ],
  );
});

test('no two files share a name', () => {
  assert.deepEqual(findShared(sources.map((file) => [basename(file), file])), {});
});

test('no two exports share a name', () => {
  const declaration =
    /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
  const exported = sources.flatMap((file) => {
    const text = readFileSync(join(projectRoot, cluster, file), 'utf8');
    return Array.from(text.matchAll(declaration), ([, name = '']) => [name, file] as const);
  });
  assert.ok(exported.length > 200, `${exported.length} exports`);
  assert.deepEqual(findShared(exported), {});
});

/** @returns for each name that more than one file has, those files */
function findShared(names: readonly (readonly [name: string, file: string])[]): Record<string, string[]> {
  const filesByName = Map.groupBy(names, ([name]) => name);
  return Object.fromEntries(
    Array.from(filesByName, ([name, entries]) => [name, entries.map(([, file]) => file)] as const).filter(
      ([, files]) => files.length > 1,
    ),
  );
}

interface Diagnostic {
  readonly category: string;
  /** Relative to the folder of the rooms. */
  readonly file: string;
  readonly line: number;
}

/** Lints files as if they were the rooms. @param files texts by path, relative to the folder of the rooms */
function lint(t: TestContext, files: Readonly<Record<string, string>>): Diagnostic[] {
  const folder = mkdtempSync(join(tmpdir(), 'rooms-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const configuration = JSON.parse(readFileSync(join(projectRoot, 'biome.json'), 'utf8'));
  const plugins = configuration.plugins.map((path: string) => join(projectRoot, path));
  writeFileSync(
    join(folder, 'biome.json'),
    JSON.stringify({ ...configuration, plugins, $schema: undefined, vcs: { enabled: false } }),
  );
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, cluster, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
  }
  const { stdout, stderr, error } = spawnSync(
    join(projectRoot, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: folder, encoding: 'utf8', timeout: 30_000, maxBuffer: 64 * 1024 ** 2 },
  );
  assert.ifError(error);
  assert.ok(stdout.startsWith('{'), stderr);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string; start: { line: number } } }[];
  };
  return diagnostics.map(({ category, location }) => ({
    category,
    file: location.path.slice(cluster.length + 1),
    line: location.start.line,
  }));
}
