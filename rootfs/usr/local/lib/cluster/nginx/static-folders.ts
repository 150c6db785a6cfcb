// What lies in static folders that is not for everybody. nginx cannot tell: it knows of a link only who owns it.
import { existsSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { walkFolders } from '../file-tree.ts';
import type { StaticFolder } from './config/context.ts';

/**
 * @param url where its files are in URLs
 * @returns undefined where there is no such folder
 * @throws the error of the file system where the folder exists and cannot be read; what cannot be read in it is passed over
 */
export function inspectStaticFolder(url: string, path: string): StaticFolder | undefined {
  if (!existsSync(path)) return undefined;
  return {
    url,
    path,
    hasIndex: existsSync(join(path, 'index.html')),
    hasSources: existsSync(join(path, 'package.json')),
    strayLinks: findStrayLinks(path),
  };
}

function findStrayLinks(root: string): string[] {
  const realRoot = `${realpathSync(root)}/`;
  // node_modules is never served, and has by far the most files.
  return [...walkFolders(root, (_path, name) => name === 'node_modules')].flatMap(({ path, entries }) =>
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
