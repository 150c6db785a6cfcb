// The images of the benchmark: contenders, database and load generator, all on the same base.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, step } from '../tools/command.ts';
import { baseContext, imageName } from '../tools/image.ts';

/** The image under test: the one that `npm run build` builds, unless IMAGE names another. */
export const image = process.env.IMAGE ?? imageName;
export const databaseImage = imageOf('database');
export const loadImage = imageOf('load');

/** @param folder in contenders/ */
export function imageOf(folder: string): string {
  return `node-nginx-fastify-bench-${folder}`;
}

/** @param folders in contenders/ */
export async function buildImages(folders: ReadonlySet<string>): Promise<void> {
  const base = await baseContext();
  const contexts = [...base, '--build-context', `${imageName}=docker-image://${image}`];
  const build = (name: string, context: string, ...more: string[]) =>
    step('image', `building ${imageOf(name)}`, () =>
      mustRun(
        'docker',
        ['buildx', 'build', '--load', '--tag', imageOf(name), ...contexts, ...more, context],
        'The output above says which line of its Dockerfile.',
      ),
    );
  const here = import.meta.dirname;
  await build('load', join(here, 'load'));
  await build('database', here, '--file', join(here, 'database/Dockerfile'));
  const contendersFolder = join(here, 'contenders');
  for (const folder of folders)
    await build(folder, contendersFolder, '--file', join(contendersFolder, folder, 'Dockerfile'));
}

/** @returns the first comment of a contender's Dockerfile, which says what it is */
export function aboutOf(folder: string): string {
  const text = readFileSync(join(import.meta.dirname, 'contenders', folder, 'Dockerfile'), 'utf8');
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^#\s?/, ''))
    .join(' ')
    .trim();
}
