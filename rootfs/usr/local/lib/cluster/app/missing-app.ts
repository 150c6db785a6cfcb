// Why there is no app in /app, and what is there instead.
import { join, relative } from 'node:path';
import { type ClusterError, errors } from '../errors.ts';
import { appFolder } from '../paths.ts';
import type { Folder } from './app-folder.ts';
import { mentionsListen } from './javascript-source.ts';
import type { PackageJson } from './package-json.ts';
import { setting } from './start-remedies.ts';
import { findUnbuiltProject } from './unbuilt-projects.ts';

/** Files that are read, and folders that are gone into: this is a hint, and not worth more. */
const mostFiles = 300;
const deepestFolder = 3;
const mostShown = 3;

const skippedFolders =
  /^(\..*|node_modules|public|static|assets|tests?|__tests__|spec|e2e|docs|examples?|coverage|vendor)$/;
const skippedFiles = /(\.(test|spec|config|d)\.[cm]?[jt]s|^\..*)$/;

/**
 * @param lookedFor what was not found, in words
 * @param notes what the scripts of package.json say, in sentences
 * @returns APP_MISPLACED for an app in another folder, APP_NOT_BUILT for a project of a known framework, else APP_MISSING
 */
export function explainMissing(
  folder: Folder,
  packageJson: PackageJson,
  lookedFor: string,
  notes: readonly string[],
): ClusterError {
  const misplaced = folder.misplaced();
  if (misplaced !== undefined) return errors.appMisplaced(misplaced);
  const servers = findServers(folder).slice(0, mostShown);
  const project = servers.length === 0 ? findUnbuiltProject(folder, packageJson) : undefined;
  if (project !== undefined) return errors.appNotBuilt(project.framework, project.condition, project.result);
  const isModule = servers.length === 1 ? 'calls' : 'call';
  const hint =
    servers.length === 0
      ? undefined
      : `${servers.join(', ')} ${isModule} listen(): set ${servers.map((file) => setting(file)).join(' or ')}`;
  return errors.appMissing(lookedFor, [...notes, ...(hint === undefined ? [] : [hint])]);
}

/** @returns files that call listen(), relative to /app, those in the fewest folders first */
function findServers(folder: Folder): string[] {
  const files: string[] = [];
  let parents = [appFolder];
  for (let depth = 0; depth <= deepestFolder && files.length < mostFiles; depth += 1) {
    const names = parents.flatMap((parent) =>
      folder
        .names(parent)
        .toSorted()
        .map((name) => [parent, name] as const),
    );
    files.push(
      ...names
        .filter(([, name]) => /(\.[cm]?[jt]sx?|^[^.]+)$/.test(name) && !skippedFiles.test(name))
        .map(([parent, name]) => join(parent, name))
        .filter((path) => folder.isFile(path)),
    );
    parents = names.filter(([, name]) => !skippedFolders.test(name)).map(([parent, name]) => join(parent, name));
  }
  return files
    .slice(0, mostFiles)
    .filter((path) => isServer(folder.read(path) ?? ''))
    .map((path) => relative(appFolder, path));
}

function isServer(source: string): boolean {
  return mentionsListen(source) || /\b(Bun|Deno)\.serve\b|['"]@hono\/node-server['"]/.test(source);
}
