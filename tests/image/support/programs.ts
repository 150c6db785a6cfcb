// Programs of npm that know nothing of this image, in tests/apps/programs: each is installed and started as its own
// documentation says, and used by a client of its own kind, its client.mjs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { mustRun, run } from '../../../tools/command.ts';
import { baseContext } from '../../../tools/image.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { type Container, image, serve } from './container.ts';

export interface Program {
  /** Two workers, where it does not say otherwise. */
  readonly environment?: Record<string, string>;
  /** Of the line that has to be in the log. */
  readonly says?: RegExp;
}

const folder = join(projectRoot, 'tests/apps/programs');

/** What the start of a package's own command comes to: the image says so where `scripts.start` has it. */
const command = (file: string, args = '') => ({ APP_MODULE: `node_modules/${file}`, APP_ARGS: args });

/**
 * By their folders. Where two workers have a memory each, the documented way out is taken: one worker, or clients that stay
 * at theirs.
 */
export const programs = {
  astro: {},
  azurite: {
    environment: {
      ...command('azurite/dist/src/azurite.js', '--silent --location ./data --skipApiVersionCheck'),
      WORKERS: '1',
    },
    says: /the app listens on ports 10000 and 10001 and 10002.* nginx serves port 10000, the first/,
  },
  'browser-sync': {
    environment: { ...command('browser-sync/dist/bin.js', 'start --server site --no-open'), WORKERS: '1' },
  },
  elysia: {},
  hocuspocus: { environment: { WORKERS: '1' } },
  'json-server': { environment: command('json-server/lib/cli/bin.js', '--watch data/db.json') },
  mcp: {
    environment: {
      ...command('@modelcontextprotocol/server-everything/dist/index.js', 'streamableHttp'),
      STICKY_SESSIONS: 'ip',
    },
  },
  mountebank: { environment: { ...command('mountebank/bin/mb', '--nologfile'), STICKY_SESSIONS: 'ip' } },
  'node-red': { environment: { STICKY_SESSIONS: 'ip' } },
  'oidc-provider': { environment: { STICKY_SESSIONS: 'ip' } },
  pouchdb: { environment: { WORKERS: '1' } },
  s3rver: { environment: command('s3rver/bin/s3rver.js', '-d ./data -p 4568 --configure-bucket box') },
  sveltekit: {},
  tracker: { environment: command('bittorrent-tracker/bin/cmd.js', '--port 8000') },
  tus: {},
  verdaccio: { environment: command('verdaccio/bin/verdaccio', '--config ./config.yaml') },
  yoga: {},
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

let base: Promise<string[]> | undefined;

/** @returns the program with all its workers; its image is removed after the test */
export async function serveProgram(t: TestContext, name: ProgramName): Promise<Container> {
  const { environment = {} }: Program = programs[name];
  const tag = `node-nginx-fastify-program-${name}:test`;
  base ??= baseContext(() => {});
  const contexts = [...(await base), '--build-context', `node-nginx-fastify:26=docker-image://${image}`];
  const args = ['--build-arg', `PROGRAM=${name}`, ...contexts, folder];
  await mustRun('docker', ['buildx', 'build', '--load', '--tag', tag, ...args], 'See the output above.');
  const container = await serve(t, { image: tag, environment: { WORKERS: '2', BOOT_TIMEOUT: '60', ...environment } });
  t.after(() => run('docker', ['image', 'rm', '--force', tag]));
  await container.printed(environment.WORKERS === '1' ? /worker 0 .*is ready/ : /worker 1 .*is ready/);
  return container;
}

/** Runs the program's client in the container, stops the container, and looks at what it has printed. */
export async function useProgram(t: TestContext, name: ProgramName): Promise<void> {
  const { says }: Program = programs[name];
  const container = await serveProgram(t, name);
  const { exitCode, output } = await container.exec('node', 'client.mjs');
  assert.equal(exitCode, 0, output);
  if (says !== undefined) assert.match(container.output, says);
  await endsWell(container);
}

/** Not one worker was lost, and the stop was a clean one. */
export async function endsWell(container: Container): Promise<void> {
  assert.doesNotMatch(container.output, /\[cluster\].*(crashed|stalled|was killed|cannot)/);
  const { exitCode, output } = await container.stop();
  assert.equal(exitCode, 0, output);
}
