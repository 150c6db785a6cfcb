// Finds the file of /app that starts the app.
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { errors } from '../errors.ts';
import { identity } from '../machine/container.ts';
import { appFolder, bareImageTimeMs, staticSiteApp, welcomeApp, welcomeMarker } from '../paths.ts';
import type { Settings } from '../settings/read.ts';
import { findMisplacedApps, type MisplacedApp } from './misplaced.ts';

/** What the search depends on. */
export type AppSettings = Pick<Settings, 'appModule' | 'staticPath' | 'nginx'>;

export interface App {
  /** Absolute path of the file that is run as the main module. */
  readonly entry: string;
  /** Why this one: completes the sentence "runs ENTRY, …". */
  readonly reason: string;
  /** Other files that would start the app if this one did not exist. */
  readonly passedOver: readonly string[];
}

/** What the search asks of the file system. Paths are absolute. */
export interface Folder {
  isFile(path: string): boolean;
  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined;
  /** Names in a folder, hidden ones included; none where there is no such folder. */
  names(path: string): readonly string[];
  /** Nothing was copied into /app since the image was built. */
  isUntouched(): boolean;
  /** Folders other than /app itself that look like an app; the working folder first, if it is another. */
  misplaced(): readonly MisplacedApp[];
}

const folders = ['.', 'dist', 'build', 'src']; // what was built goes before its sources
const entryNames = ['main', 'app', 'server', 'index'];
const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs'];

/** Every path that is tried, first choice first. */
export const entryCandidates: readonly string[] = folders.flatMap((folder) =>
  entryNames.flatMap((name) => extensions.map((extension) => join(appFolder, folder, name + extension))),
);

/** @throws ClusterError APP_MISSING, APP_MISPLACED, APP_MODULE_MISSING or APP_MODULE_OUTSIDE */
export function findAppIn(folder: Folder, settings: AppSettings): App {
  const { appModule } = settings;
  const found = entryCandidates.filter((path) => folder.isFile(path));
  const choose = (entry: string, reason: string): App => ({
    entry,
    reason,
    passedOver: found.filter((path) => path !== entry),
  });

  if (appModule !== undefined) {
    const entry = resolve(appFolder, appModule);
    if (!entry.startsWith(appFolder + sep)) throw errors.appModuleOutside(appModule);
    if (!folder.isFile(entry)) {
      if (folder.names(appFolder).every((name) => name === welcomeMarker)) throwIfMisplaced(folder.misplaced());
      throw errors.appModuleMissing(appModule);
    }
    return choose(entry, 'named by APP_MODULE');
  }
  const main = mainOf(folder.read(join(appFolder, 'package.json')));
  if (main !== undefined && folder.isFile(resolve(appFolder, main))) {
    return choose(resolve(appFolder, main), '`main` of package.json');
  }
  const [first] = found;
  if (first !== undefined) return choose(first, 'the first of the usual names');
  return findSubstitute(folder, settings) ?? fail(folder, main);
}

/** What runs where there is no app: the server of a static site, or of the bare image's page. */
function findSubstitute(folder: Folder, settings: AppSettings): App | undefined {
  const names = folder.names(appFolder);
  if (names.length === 1 && names[0] === welcomeMarker && folder.isUntouched() && folder.misplaced().length === 0) {
    return { entry: welcomeApp, reason: 'since no app was copied into /app', passedOver: [] };
  }
  if (!isStaticSite(folder, names, settings)) return undefined;
  const reason = `since there is no app: a static site, and nginx serves ${settings.staticPath}`;
  return { entry: staticSiteApp, reason, passedOver: [] };
}

/** Anything that may be a part of an app is rather an app that was not found. */
function isStaticSite(folder: Folder, names: readonly string[], { staticPath, nginx }: AppSettings): boolean {
  const isOfAnApp = (name: string) => {
    const path = join(appFolder, name);
    if (name.startsWith('.') || name === 'nginx' || `${staticPath}/`.startsWith(`${path}/`)) return false;
    return name === 'package.json' || /\.[cm]?[jt]sx?$/.test(name) || folder.names(path).length > 0;
  };
  return nginx && folder.names(staticPath).length > 0 && !names.some(isOfAnApp);
}

function fail(folder: Folder, main: string | undefined): never {
  const misplaced = folder.misplaced();
  throwIfMisplaced(misplaced);
  const [inside] = misplaced;
  throw errors.appMissing(
    `${main === undefined ? '`main` in package.json' : `${main} (\`main\` in package.json)`}, then ${entryNames.join(', ')} in /app, ${folders
      .slice(1)
      .map((name) => `/app/${name}`)
      .join(', ')} with ${extensions.join(' ')}`,
    inside && join(relative(appFolder, inside.folder), inside.files.at(-1) ?? ''),
  );
}

function throwIfMisplaced(misplaced: readonly MisplacedApp[]): void {
  const outside = misplaced.find((app) => !app.folder.startsWith(appFolder + sep));
  if (outside !== undefined) throw errors.appMisplaced(outside.folder, outside.files);
}

/** Looks in the container's own /app. @throws ClusterError as findAppIn(); see explainUnreadable() */
export function findApp(settings: AppSettings): App {
  return findAppIn(diskFolder, settings);
}

/** @param error of reading a file in /app @returns APP_UNREADABLE where the user may not read it, else the error itself */
export function explainUnreadable(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' || !path?.startsWith(appFolder)) return error;
  const { uid, gid } = identity();
  return errors.appUnreadable(path, uid, gid);
}

/** The app's file in messages: `app/main.ts`. */
export function nameOf({ entry }: App): string {
  const name = relative(appFolder, entry);
  return name.startsWith('..') ? entry : `app/${name}`;
}

function mainOf(packageJson: string | undefined): string | undefined {
  if (packageJson === undefined) return undefined;
  try {
    const { main } = JSON.parse(packageJson);
    return typeof main === 'string' && main !== '' ? main : undefined;
  } catch {
    return undefined; // Node itself names file and line when it reads the same file
  }
}

const diskFolder: Folder = {
  isFile: (path) => {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
    if (isFile) accessSync(path, constants.R_OK);
    return isFile;
  },
  read: (path) => (statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : undefined),
  names: (path) => (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(realpathSync(path)) : []),
  isUntouched: () => statSync(appFolder).mtimeMs === bareImageTimeMs,
  misplaced: () => findMisplacedApps(process.cwd()),
};
