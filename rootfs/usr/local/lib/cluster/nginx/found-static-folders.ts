// What lies in static folders that is not for everybody. nginx cannot tell: it knows of a link only who owns it.
import { existsSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type WalkedFolder, walkFolders } from '../file-tree.ts';
import { appFolder } from '../paths.ts';
import type { Settings } from '../settings/read.ts';
import { isUsualFolder, placedFolders } from '../settings/static-folders.ts';
import type { StaticFolder } from './config/context.ts';
import { findFrameworkAssets } from './framework-assets.ts';

/**
 * @param appRoot the app's folder
 * @returns the folders whose files nginx sends, those that exist
 * @throws the error of the file system where one cannot be read; what cannot be read in it is passed over
 */
export function findStaticFolders(settings: Settings, appRoot = appFolder): StaticFolder[] {
  const set = placedFolders(settings).map((folder) => ({ ...folder, onlyHashed: false, reason: 'STATIC_PATH' }));
  // Where nothing else is set. In dev mode, builds are older than what is served.
  const isFound = isUsualFolder(settings) && settings.mode === 'production';
  const built = isFound ? findFrameworkAssets(appRoot) : [];
  const recognised = built
    // A path with a pattern, which BASE_PATH would have to be taken out of.
    .filter(({ onlyHashed }) => !onlyHashed || settings.basePath === '/')
    .map(({ framework, ...assets }) => ({ ...assets, reason: `built by ${framework}` }));
  const found = [...set, ...recognised].flatMap((folder) => inspectStaticFolder(folder) ?? []);
  // In dev mode a folder may get a page at any moment.
  return settings.mode === 'production' ? found : found.map((folder) => ({ ...folder, hasFolderPages: true }));
}

/**
 * @returns undefined where there is no such folder
 * @throws the error of the file system where the folder exists and cannot be read; what cannot be read in it is passed over
 */
export function inspectStaticFolder(
  folder: Pick<StaticFolder, 'url' | 'path' | 'onlyHashed' | 'reason'>,
): StaticFolder | undefined {
  const { path } = folder;
  if (!existsSync(path)) return undefined;
  // node_modules is never served, and has by far the most files.
  const walked = [...walkFolders(path, (_path, name) => name === 'node_modules')];
  return {
    ...folder,
    hasIndex: existsSync(join(path, 'index.html')),
    hasSources: existsSync(join(path, 'package.json')),
    hasFolderPages: walked.some((each) => each.path !== path && each.entries.some(({ name }) => name === 'index.html')),
    strayLinks: findStrayLinks(path, walked),
  };
}

function findStrayLinks(root: string, walked: readonly WalkedFolder[]): string[] {
  const realRoot = `${realpathSync(root)}/`;
  return walked.flatMap(({ path, entries }) =>
    entries
      .filter((entry) => entry.isSymbolicLink())
      .map(({ name }) => join(path, name))
      .filter((link) => leadsOutOf(realRoot, link))
      .map((link) => relative(root, link)),
  );
}

/** False for a link that leads nowhere, or to what may not be read. */
function leadsOutOf(realRoot: string, link: string): boolean {
  try {
    return !`${realpathSync(link)}/`.startsWith(realRoot);
  } catch {
    return false;
  }
}
