// STATIC_PATH and STATIC_URL together: which folders there are, and where.
import type { Values } from './schema.ts';

/** The folder where nothing is set. */
export const usualStaticFolder = '/app/public';

/** A folder of static files. */
export interface PlacedFolder {
  /** Below BASE_PATH: `/`, or a path without a slash at its end. */
  readonly url: string;
  readonly path: string;
}

export function placedFolders({ staticPaths, staticUrl }: Pick<Values, 'staticPaths' | 'staticUrl'>): PlacedFolder[] {
  return staticPaths.map(({ url = staticUrl, path }) => ({ url, path }));
}

/** Nothing is set: what a framework has built may be served as well. */
export function isUsualFolder({ staticPaths }: Pick<Values, 'staticPaths'>): boolean {
  const [first, ...others] = staticPaths;
  return others.length === 0 && first?.url === undefined && first?.path === usualStaticFolder;
}

/** @returns the folder that has a single-page app's index.html */
export function indexFolderOf<F extends { readonly url: string }>(folders: readonly F[]): F | undefined {
  return folders.find(({ url }) => url === '/') ?? folders[0];
}
