// Notices changes of the app's files by polling, not by events: bind mounts from other systems send none. Looking at 300
// files takes 2 ms.
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { statOf, walkFolders } from '../../file-tree.ts';

/** By ending: what an app is made of. Files that it writes itself (databases, uploads, logs) must not restart it. */
const sourceExtensions = new Set(
  '.ts .tsx .mts .cts .js .jsx .mjs .cjs .json .html .ejs .hbs .pug .njk .liquid .graphql .sql .yaml .yml .toml'.split(
    ' ',
  ),
);

const minPauseMs = 200;
/** Polling takes at most this part of one CPU, however many files there are. */
const maxCpuShare = 0.05;
/** Files that did not change for so long are complete. */
const settleMs = 20;

/** Path → what changes when the file does. */
export type Snapshot = ReadonlyMap<string, string>;

/**
 * Looks at an app's source files once.
 * @param ignored folders whose content does not matter, absolute
 * @throws the error of the file system where `folder` itself cannot be read; what cannot be read in it is passed over
 */
export function takeSnapshot(folder: string, ignored: readonly string[]): Snapshot {
  const isSkipped = (path: string, name: string) =>
    name === 'node_modules' || name.startsWith('.') || ignored.includes(path);
  const found = new Map<string, string>();
  for (const { path, entries } of walkFolders(folder, isSkipped)) {
    for (const entry of entries) {
      if (entry.isDirectory() || !isSource(entry.name)) continue;
      const file = join(path, entry.name);
      const stat = statOf(file);
      if (stat !== undefined) found.set(file, `${stat.mtimeMs} ${stat.size} ${stat.ino}`);
    }
  }
  return found;
}

function isSource(name: string): boolean {
  return name.startsWith('.env') || (!name.startsWith('.') && sourceExtensions.has(extname(name)));
}

/** Paths that were added, changed or removed. */
export function changedPaths(before: Snapshot, after: Snapshot): string[] {
  const changed = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !after.has(path));
  return [...changed, ...removed];
}

/**
 * Polls a folder's source files until the process ends. A change is reported when the files have come to rest: an editor
 * may write several.
 * @param ignored folders whose content does not matter, absolute
 * @param onChange is given the changed paths; polling goes on when it has resolved
 * @throws where `folder` cannot be read at the start; later that counts as no change, since a mount may be away for a while
 */
export async function watch(
  folder: string,
  ignored: readonly string[],
  onChange: (paths: string[]) => Promise<void>,
): Promise<never> {
  let known = takeSnapshot(folder, ignored);
  const look = (last: Snapshot): Snapshot => {
    try {
      return takeSnapshot(folder, ignored);
    } catch {
      return last;
    }
  };
  for (;;) {
    const startedAt = performance.now();
    const current = look(known);
    const paths = changedPaths(known, current);
    if (paths.length > 0) {
      known = await settled(current, look);
      await onChange(paths);
    }
    const tookMs = performance.now() - startedAt;
    await sleep(paths.length > 0 ? minPauseMs : Math.max(minPauseMs, tookMs / maxCpuShare));
  }
}

/** @returns the first snapshot that equals the one before it */
async function settled(first: Snapshot, look: (last: Snapshot) => Snapshot): Promise<Snapshot> {
  for (let before = first; ; ) {
    await sleep(settleMs);
    const after = look(before);
    if (changedPaths(before, after).length === 0) return after;
    before = after;
  }
}
