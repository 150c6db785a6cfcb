// `npm run release` publishes the image under all of its tags: who pulls it, by tag or by digest, has the same image, with
// labels that say what it is, without secrets and leftovers; and a new version of an app pushes the app alone.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { mustRun } from '../../tools/command.ts';
import { baseContext, s6OverlayContext } from '../../tools/image.ts';
import { projectRoot } from '../../tools/paths.ts';
import { serve } from '../image/support/container.ts';
import { buildDeadlineMs, within } from '../support/deadline.ts';
import { Checkout } from './support/checkout.ts';
import { digestOf, type Registry, startRegistry } from './support/registry.ts';

const name = 'team/node-nginx-fastify';
const secret = 't0p-secret';
const day = () => new Date().toISOString().slice(0, 10).replaceAll('-', '');

let registry: Registry;
let checkout: Checkout;
/** In the registry, without a tag. */
let repository: string;
let output: string;
let days: string[];

before(async () => {
  registry = await startRegistry();
  repository = `${registry.host}/${name}`;
  checkout = await Checkout.of(`https://somebody:${secret}@git.example/team/nnf.git`);
  // Midnight may pass meanwhile.
  const first = day();
  const outcome = await checkout.release({ REPOSITORY: repository, REGISTRY_TOKEN: secret });
  output = outcome.output;
  days = [first, day()];
  assert.equal(outcome.code, 0, output);
});

after(async () => {
  await registry?.end();
  checkout?.end();
});

test('all tags are one image, and its labels say what it is', async () => {
  const node = await docker('run', '--rm', `${repository}:26`, 'node', '--print', 'process.versions.node');
  const version = ourVersion();
  const tags = await registry.tags(name);
  const dated = tags.find((tag) => days.some((each) => tag.endsWith(each)));
  assert.deepEqual(tags.sort(), ['26', '26-trixie', dated, node, `${version}-node26`].sort());
  const digests = await Promise.all(tags.map(async (tag) => (await registry.manifest(name, tag)).digest));
  assert.equal(new Set(digests).size, 1);
  assert.match(output, new RegExp(`^pushed +${RegExp.escape(repository)}@${digests[0]}$`, 'm'));

  const label = 'org.opencontainers.image';
  const labels = JSON.parse(
    await docker('image', 'inspect', `${repository}:26`, '--format', '{{json .Config.Labels}}'),
  );
  assert.equal(labels[`${label}.version`], version);
  assert.equal(labels[`${label}.revision`], await checkout.revision());
  assert.ok(Math.abs(Date.now() - Date.parse(labels[`${label}.created`])) < 600_000, labels[`${label}.created`]);
  assert.equal(labels[`${label}.source`], 'https://git.example/team/nnf');
  assert.equal(labels[`${label}.base.name`], 'docker.io/library/node:26-trixie-slim');
  for (const each of ['title', 'description', 'authors', 'vendor', 'licenses', 'url', 'documentation']) {
    assert.ok(labels[`${label}.${each}`], each);
  }
});

test('pulled by tag or by digest it is the same, and an app is built from it', async (t) => {
  const { digest } = await registry.manifest(name, '26');
  await registry.forgetLocally();
  await docker('pull', '--quiet', `${repository}:26`);
  await docker('pull', '--quiet', `${repository}@${digest}`);
  const [byTag, byDigest] = await Promise.all(
    [`${repository}:26`, `${repository}@${digest}`].map((each) =>
      docker('image', 'inspect', each, '--format', '{{.Id}}'),
    ),
  );
  assert.equal(byTag, byDigest);

  const image = await buildFrom(`${repository}:26`, templateFolder(t), 'pulled');
  const container = await serve(t, { image });
  assert.deepEqual(await (await container.get('/api/hello?name=you')).json(), { hello: 'you', worker: 0 });
});

test('every layer is in the registry, whole', async () => {
  const { manifest } = await registry.manifest(name, '26');
  assert.ok(manifest.layers.length >= 5);
  for (const { digest, size } of manifest.layers) {
    const content = await registry.blob(name, digest);
    assert.equal(content.length, size);
    assert.equal(digestOf(content), digest);
  }
});

test('neither history nor files have secrets or leftovers', async () => {
  const { manifest } = await registry.manifest(name, '26');
  const config = String(await registry.blob(name, manifest.config.digest));
  assert.match(config, /"history":/);
  assert.doesNotMatch(config, new RegExp(secret));
  assert.doesNotMatch(config, /token|passw|authorization|BEGIN [A-Z ]*PRIVATE KEY|_auth/i);
  assert.doesNotMatch(config, new RegExp(RegExp.escape(checkout.folder)));

  const search = [
    'find / -xdev -name .git -o -name .npmrc -o -name "*.deb" -o -name "*.tar.xz"',
    'ls -d /source /contract /archives ~/.npm 2>/dev/null',
    'find /tmp /var/tmp /var/cache/apt /var/lib/apt/lists /app -mindepth 1 ! -name .welcome',
    `grep -rls ${secret} /usr/local /etc /root /home /app`,
    'true',
  ].join('; ');
  assert.equal(await docker('run', '--rm', '--user', '0', `${repository}:26`, 'sh', '-c', search), '');
});

test('a new version of an app pushes the app alone', async (t) => {
  const folder = templateFolder(t);
  await buildFrom(`${repository}:26`, folder, 'app:1', '--push');
  appendFileSync(join(folder, 'main.ts'), '// Another version.\n');
  await buildFrom(`${repository}:26`, folder, 'app:2', '--push');

  const layersOf = async (app: string, tag: string) =>
    (await registry.manifest(app, tag)).manifest.layers.map(({ digest }) => digest);
  const base = await layersOf(name, '26');
  const [first, second] = [await layersOf('app', '1'), await layersOf('app', '2')];
  assert.deepEqual(first.slice(0, -1), base);
  assert.deepEqual(second.slice(0, -1), base);
  assert.notEqual(first.at(-1), second.at(-1));
  const { manifest } = await registry.manifest('app', '2');
  assert.ok((manifest.layers.at(-1)?.size ?? Infinity) < 10_000, JSON.stringify(manifest.layers));
});

test('another version of the image has the same layers', async () => {
  const contexts = await baseContext(() => {});
  contexts.push(...(await s6OverlayContext(contexts)));
  const metadata = ['--build-arg', 'VERSION=9.9.9', '--build-arg', 'CREATED=2000-01-01T00:00:00Z'];
  const other = `${registry.host}/other`;
  await docker('buildx', 'build', '--load', '--tag', other, ...metadata, ...contexts, checkout.folder);
  const layersOf = (image: string) => docker('image', 'inspect', image, '--format', '{{json .RootFS.Layers}}');
  assert.equal(await layersOf(other), await layersOf(`${repository}:26`));
});

test('what is published stays: a day is one image, a version one commit', async () => {
  const sameDay = await checkout.release({ REPOSITORY: repository });
  assert.equal(sameDay.code, 1);
  assert.match(lastLine(sameDay), /^error: 26-trixie-\d{8} is published already, and is never moved\. It can/);

  await checkout.commit({ 'notes.txt': 'another commit\n' });
  const otherCommit = await checkout.release({ REPOSITORY: repository });
  assert.equal(otherCommit.code, 1);
  assert.match(lastLine(otherCommit), /^error: .* is published already, of commit [0-9a-f]{12}; .* Raise the version/);
});

test('--dry-run tells the tags: one for a pre-release, and for what is older than what is there', async () => {
  const before = await registry.tags(name);
  // The second is what `npm run release --dry-run` makes of it, where the `--` before it was forgotten.
  for (const [version, args, environment] of [
    ['99.0.0-rc.1', ['--dry-run'], {}],
    ['0.0.1', [], { npm_config_dry_run: 'true' }],
  ] as const) {
    const packageJson = readFileSync(join(checkout.folder, 'package.json'), 'utf8');
    const changed = packageJson.replace(`"version": "${JSON.parse(packageJson).version}"`, `"version": "${version}"`);
    await checkout.commit({ 'package.json': changed });
    const { code, output } = await checkout.release({ REPOSITORY: repository, ...environment }, ...args);
    assert.equal(code, 0, output);
    const tags = Array.from(output.matchAll(/^tag +\S+:([^\s:,]+)/gm), ([, tag]) => tag);
    assert.deepEqual(tags, [`${version}-node26`]);
  }
  assert.deepEqual(await registry.tags(name), before);
});

test('what cannot be released is refused, in one line', async () => {
  const refusals: [Record<string, string>, RegExp][] = [
    [{ REPOSITORY: '' }, /^error: REPOSITORY is missing/],
    [{ REPOSITORY: `https://${repository}` }, /^error: REPOSITORY=https:\S+ is not a repository/],
    [{ REPOSITORY: repository, VERSION: '1.2' }, /^error: the version 1\.2 is not a semantic one/],
    [{ REPOSITORY: repository, VERSION: '98.0.0' }, /^error: VERSION=98\.0\.0, but package\.json says/],
  ];
  for (const [environment, expected] of refusals) {
    const { code, output } = await checkout.release(environment);
    assert.equal(code, 1);
    assert.match(output, expected);
    assert.equal(output.split('\n').length, 1, output);
  }
  checkout.write({ 'left-over.txt': 'not committed\n' });
  const { code, output } = await checkout.release({ REPOSITORY: repository });
  assert.equal(code, 1);
  assert.match(output, /^error: 1 file\(s\) are not as in the last commit.*git status$/);
});

function ourVersion(): string {
  return JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version;
}

function templateFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(join(projectRoot, 'app-template'), folder, { recursive: true });
  return folder;
}

/** Builds the template's Dockerfile, with the image's name as it is in the registry. */
async function buildFrom(base: string, folder: string, tag: string, output = '--load'): Promise<string> {
  const dockerfile = readFileSync(join(projectRoot, 'app-template/Dockerfile'), 'utf8');
  writeFileSync(join(folder, 'Dockerfile'), dockerfile.replace('node-nginx-fastify:26', base));
  const image = `${registry.host}/${tag}`;
  await docker('buildx', 'build', output, '--tag', image, folder);
  return image;
}

function docker(...args: string[]): Promise<string> {
  return within(buildDeadlineMs, `docker ${args.join(' ')}`, mustRun('docker', args, 'See the output above.'));
}

function lastLine({ output }: { output: string }): string {
  return output.split('\n').at(-1) ?? '';
}
