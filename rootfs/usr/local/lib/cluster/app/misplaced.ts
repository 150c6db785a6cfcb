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

/** /app itself, folders of the image, of the kernel, and of data. */
const skipped = new Set([
  appFolder.slice(1),
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

/** More are not read: it is not worth the time. */
const mostFolders = 1000;

/**
 * @param workingFolder by which an image says where its app is: it goes first, if it is neither in /app nor a service's
 * @param root for tests
 * @returns the first folder in alphabetical order of the tree, the outermost
 */
export function findMisplacedApp(workingFolder: string, root = '/'): MisplacedApp | undefined {
  const isOurs = [appFolder, '/run'].some((folder) => `${workingFolder}/`.startsWith(`${join(root, folder)}/`));
  if (workingFolder !== root && !isOurs) return { folder: workingFolder, files: filesIn(workingFolder) };
  let folders = 0;
  for (const { path, entries } of walkFolders(root, (path) => isSkipped(relative(root, path)))) {
    folders += 1;
    if (folders > mostFolders) return undefined;
    const files = filesOfAnApp(entries);
    if (files.length > 0) return { folder: path, files };
  }
  return undefined;
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
