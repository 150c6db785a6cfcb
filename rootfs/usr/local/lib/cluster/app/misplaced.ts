// Looks for an app that was copied to another folder than /app: `WORKDIR /usr/src/app`, as other images have it.
import type { Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { walkFolders } from '../file-tree.ts';
import { appFolder, dataFolder } from '../paths.ts';

/** A folder with files that look like an app. */
export interface MisplacedApp {
  readonly folder: string;
  /** Names of these files; empty for a working folder whose files are of other kinds. */
  readonly files: readonly string[];
}

/** Folders of the image itself, of the kernel, and of data: no app is looked for there. */
const skipped = new Set([
  ...['bin', 'boot', 'command', 'dev', 'etc', 'init', 'lib', 'lib32', 'lib64', 'libx32', 'media', 'mnt', 'package'],
  ...['proc', 'run', 'sbin', 'sys', 'tmp', dataFolder.slice(1)],
  ...['bin', 'games', 'include', 'lib', 'lib32', 'lib64', 'libexec', 'libx32', 'sbin', 'share'].map(
    (name) => `usr/${name}`,
  ),
  ...['bin', 'etc', 'include', 'lib', 'libexec', 'sbin', 'share'].map((name) => `usr/local/${name}`),
  ...['backups', 'cache', 'lib', 'local', 'lock', 'log', 'mail', 'opt', 'run', 'spool', 'tmp'].map(
    (name) => `var/${name}`,
  ),
]);

/** Folders below the root: /srv/site/server is the deepest. */
const deepest = 3;

/** Of folders, that are read; of apps, that are returned. */
const mostFolders = 1000;
const mostApps = 3;

/**
 * @param workingFolder by which an image says where its app is, if it is neither in /app nor a service's
 * @param root for tests
 * @returns the working folder, then a few that look like an app, none inside of another one; /app itself is not among them
 */
export function findMisplacedApps(workingFolder: string, root = '/'): readonly MisplacedApp[] {
  const found: MisplacedApp[] = [];
  const app = join(root, appFolder);
  const isOurs = [app, join(root, 'run')].some((folder) => `${workingFolder}/`.startsWith(`${folder}/`));
  if (workingFolder !== root && !isOurs) found.push({ folder: workingFolder, files: filesIn(workingFolder) });
  const isFound = (path: string) => found.some(({ folder }) => folder !== root && `${path}/`.startsWith(`${folder}/`));
  let folders = 0;
  for (const { path, entries } of walkFolders(root, (path) => isFound(path) || isSkipped(relative(root, path)))) {
    folders += 1;
    if (found.length === mostApps || folders > mostFolders) break;
    const files = filesOfAnApp(entries);
    if (path !== app && files.length > 0 && !isFound(path)) found.push({ folder: path, files });
  }
  return found;
}

/** @param path of a folder, relative to the root */
function isSkipped(path: string): boolean {
  const names = path.split('/');
  const name = names.at(-1) ?? '';
  return skipped.has(path) || names.length > deepest || name === 'node_modules' || name.startsWith('.');
}

function filesIn(folder: string): readonly string[] {
  for (const { entries } of walkFolders(folder, () => true)) return filesOfAnApp(entries);
  return [];
}

/** @returns names of files that make a folder look like an app's, package.json first */
function filesOfAnApp(entries: readonly Dirent[]): readonly string[] {
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const sources = names.filter((name) => /^(?:main|app|server|index)\.[cm]?[jt]sx?$/.test(name));
  return [...names.filter((name) => name === 'package.json'), ...sources.toSorted()];
}
