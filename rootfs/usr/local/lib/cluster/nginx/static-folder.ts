// What lies in STATIC_PATH that is not for everybody. nginx cannot tell: it knows of a link only who owns it.
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface StaticFolder {
  readonly hasStaticFolder: boolean;
  /** It has a package.json. */
  readonly hasSources: boolean;
  /** Links that lead out of it, relative to it. */
  readonly strayLinks: readonly string[];
}

export function inspectStaticFolder(folder: string): StaticFolder {
  const hasStaticFolder = existsSync(folder);
  return {
    hasStaticFolder,
    hasSources: existsSync(join(folder, 'package.json')),
    strayLinks: hasStaticFolder ? findStrayLinks(folder, folder, `${realpathSync(folder)}/`) : [],
  };
}

function findStrayLinks(folder: string, root: string, realRoot: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // Never served, and by far the most files.
    if (entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return findStrayLinks(path, root, realRoot);
    if (!entry.isSymbolicLink() || !existsSync(path)) return [];
    return `${realpathSync(path)}/`.startsWith(realRoot) ? [] : [relative(root, path)];
  });
}
