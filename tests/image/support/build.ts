// Images that a user's Dockerfile would make of an app.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mustRun } from '../../../tools/command.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { buildDeadlineMs, within } from '../../support/deadline.ts';
import { image } from './container.ts';

/** @returns the name of the template's image, made by its own Dockerfile */
export function buildTemplate(): Promise<string> {
  const folder = join(projectRoot, 'app-template');
  return build('template', folder, join(folder, 'Dockerfile'));
}

/** @param app a folder of tests/apps  @param more lines of the Dockerfile after the two  @returns the image's name */
export async function buildApp(app: string, ...more: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
  try {
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, ['FROM node-nginx-fastify:26', 'COPY . /app', ...more, ''].join('\n'));
    const name = [app, ...more].join(' ').toLowerCase().replace(/\W+/g, '-');
    return await build(name, join(projectRoot, 'tests/apps', app), dockerfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param files the build's context, the Dockerfile among them
 * @param options of `docker buildx build`
 * @returns the image's name
 */
export async function buildFiles(
  name: string,
  files: Readonly<Record<string, string>>,
  ...options: string[]
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await build(name, folder, join(folder, 'Dockerfile'), ...options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function build(name: string, folder: string, dockerfile: string, ...options: string[]): Promise<string> {
  const tag = `node-nginx-fastify-test-${name}`;
  // The name in the Dockerfile stands for the image under test, whatever that is called.
  const context = ['--build-context', `node-nginx-fastify:26=docker-image://${image}`];
  const args = ['buildx', 'build', '--load', '--tag', tag, '--file', dockerfile, ...context, ...options, folder];
  await within(buildDeadlineMs, `the image ${tag}`, mustRun('docker', args, 'See the output above.'));
  return tag;
}
