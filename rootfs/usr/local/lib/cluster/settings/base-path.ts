// BASE_PATH, where URL paths are put together.
import type { Settings } from './read.ts';

/** @returns BASE_PATH to be followed by a URL path: `/app`, and nothing where it is `/` */
export function prefixOf({ basePath }: Pick<Settings, 'basePath'>): string {
  return basePath === '/' ? '' : basePath;
}
