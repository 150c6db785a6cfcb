// Images that a user's Dockerfile would make of an app.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mustRun, run } from '../../../tools/command.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { buildDeadlineMs, within } from '../../support/deadline.ts';
import { image } from './container.ts';

/** @returns the name of the template's image, made by its own Dockerfile */
export function buildTemplate(): Promise<string> {
  const folder = join(projectRoot, 'app-template');
  return build('template', folder, join(folder, 'Dockerfile'));
}

/** @param app a folder of tests/apps  @param more lines of the Dockerfile after the two  @returns the image's name */
export function buildApp(app: string, ...more: string[]): Promise<string> {
  const name = [app, ...more].join(' ').toLowerCase().replace(/\W+/g, '-');
  return buildFolder(name, ['FROM node-nginx-fastify:26', 'COPY . /app', ...more, ''].join('\n'), app);
}

/**
 * @param text of the Dockerfile
 * @param app a folder of tests/apps: the build's context
 * @returns the image's name
 */
export async function buildFolder(name: string, text: string, app: string, more: BuildOptions = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
  try {
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, text);
    return await build(name, join(projectRoot, 'tests/apps', app), dockerfile, more);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param files the build's context, the Dockerfile among them
 * @returns the image's name
 */
export async function buildFiles(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await build(name, folder, join(folder, 'Dockerfile'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The image under test, for builds with package managers that do not read npm's configuration: the offline kit has the
 * certificates that this machine trusts there.
 * @returns its name; that of the image itself where there are no such certificates
 */
export async function trustingImage(): Promise<string> {
  const certificates = '/usr/local/etc/trusted.pem';
  const check = ['run', '--rm', '--entrypoint', 'test', image, '-s', certificates];
  if ((await run('docker', check)).code !== 0) return image;
  return buildFiles('trusting', {
    Dockerfile: `FROM node-nginx-fastify:26\nENV NODE_EXTRA_CA_CERTS=${certificates} SSL_CERT_FILE=${certificates}\n`,
  });
}

interface BuildOptions {
  /** What `FROM node-nginx-fastify:26` means, if not the image under test. */
  readonly base?: string;
  /** Of `docker buildx build`. */
  readonly options?: readonly string[];
}

async function build(
  name: string,
  folder: string,
  dockerfile: string,
  { base = image, options = [] }: BuildOptions = {},
): Promise<string> {
  const tag = `node-nginx-fastify-test-${name}`;
  // The name in the Dockerfile stands for the image under test, whatever that is called.
  const context = ['--build-context', `node-nginx-fastify:26=docker-image://${base}`];
  const args = ['buildx', 'build', '--load', '--tag', tag, '--file', dockerfile, ...context, ...options, folder];
  await within(buildDeadlineMs, `the image ${tag}`, mustRun('docker', args, 'See the output above.'));
  return tag;
}
