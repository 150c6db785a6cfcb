// Each Dockerfile of docs/dockerfile.md and of the README builds word for word, as the image's own user, and its app runs.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { run } from '../../tools/command.ts';
import { projectRoot } from '../../tools/paths.ts';
import { buildFolder, trustingImage } from './support/build.ts';
import { serve } from './support/container.ts';
import { amount } from './support/long.ts';

interface Section {
  /** A folder of tests/apps/dockerfiles. */
  folder: string;
  answer: string;
  /** What is downloaded, or compiled, takes its time: only in `npm run test:long`. */
  isLong?: boolean;
  /** The file that is given as a build secret, by its id. */
  secret?: Record<string, string>;
}

const odd = '{"odd":true}';
const token = 'npm_0123456789';
const sections: Record<string, Section> = {
  npm: { folder: 'npm', answer: odd },
  'A build step': { folder: 'build', answer: odd },
  pnpm: { folder: 'pnpm', answer: odd, isLong: true },
  Yarn: { folder: 'yarn', answer: odd, isLong: true },
  'Yarn 4': { folder: 'yarn-4', answer: odd, isLong: true },
  Workspaces: { folder: 'workspaces', answer: odd },
  'A monorepo': { folder: 'monorepo', answer: odd, isLong: true },
  'Native modules': { folder: 'native', answer: '{"odd":1}', isLong: true },
  'Debian packages': { folder: 'packages', answer: '{"odd":true,"user":1000}' },
  'Private registries': {
    folder: 'npm',
    answer: odd,
    secret: { npmrc: `//registry.example.com/:_authToken=${token}\n` },
  },
  'A static site': { folder: 'static', answer: '<h1>Hello</h1>\n' },
};

const page = readFileSync(join(projectRoot, 'docs/dockerfile.md'), 'utf8');
const dockerfiles = page
  .split(/^## /m)
  .slice(1)
  .flatMap((text) => {
    const [heading = ''] = text.split('\n');
    return Array.from(text.matchAll(/^```dockerfile\n([\s\S]*?)^```$/gm), ([, dockerfile = '']) => ({
      heading,
      dockerfile,
    }));
  });

test('each Dockerfile of the page is tested', () => {
  assert.deepEqual(
    dockerfiles.map(({ heading }) => heading),
    Object.keys(sections),
  );
});

test('the README’s Dockerfile is that of npm', () => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const blocks = Array.from(readme.matchAll(/^```dockerfile\n([\s\S]*?)^```$/gm), ([, block = '']) => block);
  assert.equal(blocks.at(-1), dockerfileOf('npm'));
});

let base: string;
before(async () => {
  base = await trustingImage();
});

for (const { heading, dockerfile } of dockerfiles) {
  const { folder, answer, isLong, secret } = sections[heading] ?? {};
  if (folder === undefined || (isLong && amount(0, 1) === 0)) continue;
  test(`${heading}: it builds, and runs`, async (t) => {
    const secrets = secretsOf(secret ?? {});
    t.after(secrets.remove);
    const name = `documented-${folder}`;
    const image = await buildFolder(name, dockerfile, join('dockerfiles', folder), { base, options: secrets.options });
    const container = await serve(t, { image, environment: { WORKERS: '1' } });
    assert.equal(await (await container.get('/')).text(), answer);
    assert.doesNotMatch(container.output, /warning/);
    const { output } = await container.exec(
      'sh',
      '-c',
      'id -u; cat /home/node/.npmrc 2>/dev/null; grep -rl npm_0123 /app /home/node',
    );
    assert.equal(output, '1000\n');
    if (secret !== undefined)
      assert.doesNotMatch((await run('docker', ['history', '--no-trunc', image])).output, new RegExp(token));
  });
}

test('sharp comes with its compiled parts', { skip: amount(1, 0) === 1 }, async (t) => {
  const image = await buildFolder('documented-sharp', dockerfileOf('npm'), 'dockerfiles/sharp', { base });
  const container = await serve(t, { image, environment: { WORKERS: '1' } });
  assert.equal(await (await container.get('/')).text(), odd);
});

test('commands of tutorials work as the image’s user, on files of root’s', async (t) => {
  const commands = [
    'npm install',
    'npm ci',
    'npm install is-even@1.0.0',
    'npm uninstall is-even',
    'npm prune --omit=dev',
    'npm install --global is-odd@3.0.1',
    'mkdir -p uploads dist',
  ];
  const dockerfile = ['FROM node-nginx-fastify:26', 'WORKDIR /app', 'COPY package*.json ./'];
  dockerfile.push(...commands.map((command) => `RUN ${command}`), 'COPY . .', '');
  const image = await buildFolder('tutorial', dockerfile.join('\n'), 'dockerfiles/npm', { base });
  const container = await serve(t, { image, environment: { WORKERS: '1' } });
  assert.equal(await (await container.get('/')).text(), odd);
});

test('Prisma finds the version of OpenSSL', async (t) => {
  const container = await serve(t);
  const { output } = await container.exec('sh', '-c', 'ls /usr/lib/*/libssl.so.*');
  assert.match(output, /libssl\.so\.3\n/);
});

function dockerfileOf(wanted: string): string {
  return dockerfiles.find(({ heading }) => heading === wanted)?.dockerfile ?? assert.fail(`no Dockerfile of ${wanted}`);
}

function secretsOf(secret: Record<string, string>): { options: string[]; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  const options = Object.entries(secret).flatMap(([id, text]) => {
    writeFileSync(join(folder, id), text);
    return ['--secret', `id=${id},src=${join(folder, id)}`];
  });
  return { options, remove: () => rmSync(folder, { recursive: true }) };
}
