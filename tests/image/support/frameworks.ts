// Images of tests/apps/frameworks: real frameworks, each an app that knows nothing of this image.
import { join } from 'node:path';
import { mustRun } from '../../../tools/command.ts';
import { baseContext } from '../../../tools/image.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { buildDeadlineMs, within } from '../../support/deadline.ts';
import { image } from './container.ts';

const folder = join(projectRoot, 'tests/apps/frameworks');
let base: Promise<string[]> | undefined;

/**
 * @param name a folder of tests/apps/frameworks
 * @param output what its build makes, a folder of its own; the whole app if there is none
 * @returns the name of its image, built on the image under test
 */
export async function buildFramework(name: string, output = '.'): Promise<string> {
  const tag = `node-nginx-fastify-framework-${name}:test`;
  base ??= baseContext(() => {});
  const contexts = [...(await base), '--build-context', `node-nginx-fastify:26=docker-image://${image}`];
  const args = ['--build-arg', `FRAMEWORK=${name}`, '--build-arg', `OUTPUT=${output}`, ...contexts];
  const build = mustRun(
    'docker',
    ['buildx', 'build', '--load', '--tag', tag, ...args, folder],
    'See the output above.',
  );
  await within(buildDeadlineMs, `the image ${tag}`, build);
  return tag;
}
