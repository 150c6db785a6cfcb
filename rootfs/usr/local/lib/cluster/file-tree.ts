// Walks folders that others write to meanwhile, and that may hold anything: a database's files, links, a mount that fails.
// What cannot be read is skipped, so that no entry of a folder can end the process that walks it.
import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of the tree, as it was at the moment it was read. */
export interface WalkedFolder {
  readonly path: string;
  /** Names that are not UTF-8 have U+FFFD in place of the bytes that are not: Node cannot open such a file by its name. */
  readonly entries: readonly Dirent[];
}

/**
 * Walks a folder and the folders in it, each before those that it contains. A folder is read when the caller asks for it,
 * not before. Links are entries like any other and are not followed, so a link that leads upwards makes no circle.
 * @param isSkipped tells of a folder below `root` that it is not to be read; is given its path and its name
 * @returns folders without those that cannot be read: of another user (EACCES, EPERM), gone since they were listed (ENOENT,
 *   ENOTDIR), or on a file system that fails (EIO, ESTALE)
 * @throws the error of the file system where `root` itself cannot be read
 */
export function* walkFolders(
  root: string,
  isSkipped: (path: string, name: string) => boolean,
): Generator<WalkedFolder, void, void> {
  const entries = readdirSync(root, { withFileTypes: true });
  yield { path: root, entries };
  for (const entry of entries) {
    const path = join(root, entry.name);
    if (!entry.isDirectory() || isSkipped(path, entry.name)) continue;
    try {
      yield* walkFolders(path, isSkipped);
    } catch {}
  }
}

/** @returns undefined for what cannot be looked at: it has gone, is a link that leads nowhere or to itself, or not for us */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
