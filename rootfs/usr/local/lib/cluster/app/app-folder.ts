// What the search for the app asks of the file system. Paths are absolute.
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { appFolder, bareImageTimeMs } from '../paths.ts';
import { findMisplacedApp, type MisplacedApp } from './misplaced.ts';
import { parsePackageJson } from './package-json.ts';

export interface Folder {
  isFile(path: string): boolean;
  /** An empty one, too. */
  isFolder(path: string): boolean;
  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined;
  /** Names in a folder, hidden ones included; none where there is no such folder. */
  names(path: string): readonly string[];
  /** Where a symbolic link leads to; the path itself where it is none. */
  target(path: string): string;
  /** Nothing was copied into /app since the image was built. */
  isUntouched(): boolean;
  /** A folder elsewhere that looks like an app. */
  misplaced(): MisplacedApp | undefined;
}

export const diskFolder: Folder = {
  isFile: (path) => {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
    if (isFile) accessSync(path, constants.R_OK);
    return isFile;
  },
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  read: (path) => (statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : undefined),
  names: (path) => (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(realpathSync(path)) : []),
  target: (path) => {
    const real = relative(realpathSync(appFolder), realpathSync(path));
    return real.startsWith('..') ? path : join(appFolder, real);
  },
  isUntouched: () => statSync(appFolder).mtimeMs === bareImageTimeMs,
  misplaced: () => findMisplacedApp(process.cwd()),
};

/** Node's own first, then what tools for TypeScript find. */
const resolvedExtensions = ['.js', '.cjs', '.mjs', '.ts', '.mts', '.cts', '.tsx'];

/**
 * @param name as `node NAME` and `main` of package.json take it: a file, a file without its extension, or a folder
 * @returns the file, absolute; undefined where there is none, or where it is outside of /app
 */
export function resolveFile(folder: Folder, name: string): string | undefined {
  const path = resolve(appFolder, name);
  if (path !== appFolder && !path.startsWith(`${appFolder}/`)) return undefined;
  const candidates = [path, ...resolvedExtensions.map((extension) => path + extension)];
  const file = path === appFolder ? undefined : candidates.find((candidate) => folder.isFile(candidate));
  if (file !== undefined) return file;
  const { main } = parsePackageJson(folder.read(join(path, 'package.json')));
  const ofMain =
    main !== undefined && resolve(path, main).startsWith(`${path}/`)
      ? resolveFile(folder, join(path, main))
      : undefined;
  return ofMain ?? resolvedExtensions.map((each) => join(path, `index${each}`)).find((each) => folder.isFile(each));
}

/** @param pattern absolute; `*` is any part of a name that is not hidden @returns files and folders that there are */
export function findAll(folder: Folder, pattern: string): string[] {
  const paths = pattern
    .split('/')
    .slice(1)
    .reduce(
      (parents, part) =>
        part.includes('*')
          ? parents.flatMap((parent) => namesLike(folder.names(parent), part).map((name) => `${parent}/${name}`))
          : parents.map((parent) => `${parent}/${part}`),
      [''],
    );
  return paths.filter((path) => folder.isFile(path) || folder.isFolder(path));
}

function namesLike(names: readonly string[], pattern: string): string[] {
  const [before = '', after = ''] = pattern.split('*');
  const isLike = (name: string) =>
    !name.startsWith('.') && name.length >= pattern.length && name.startsWith(before) && name.endsWith(after);
  return names.filter(isLike).sort();
}
