// Notices changes of the app's files by looking, not by events: bind mounts from other systems send none. Looking at 300
// files takes 2 ms.
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** By ending: what an app is made of. Files that it writes itself (databases, uploads, logs) must not restart it. */
const sources = new Set(
  '.ts .tsx .mts .cts .js .jsx .mjs .cjs .json .html .ejs .hbs .pug .njk .liquid .graphql .sql .yaml .yml .toml'.split(
    ' ',
  ),
);

const shortestPauseMs = 200;
/** Looking takes at most this part of one CPU, however many files there are. */
const share = 0.05;

/** Path → what changes when the file does. */
export type Snapshot = ReadonlyMap<string, string>;

/** @param ignored folders whose content does not matter, absolute */
export function snapshot(folder: string, ignored: readonly string[]): Snapshot {
  const found = new Map<string, string>();
  look(folder);
  return found;

  function look(current: string): void {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      const path = join(current, entry.name);
      if (entry.name === 'node_modules' || (entry.name.startsWith('.') && !entry.name.startsWith('.env'))) continue;
      if (entry.isDirectory()) {
        if (!ignored.includes(path)) look(path);
      } else if (sources.has(extname(entry.name)) || entry.name.startsWith('.env')) {
        const stat = statSync(path, { throwIfNoEntry: false });
        if (stat !== undefined) found.set(path, `${stat.mtimeMs} ${stat.size} ${stat.ino}`);
      }
    }
  }
}

/** Paths that were added, changed or removed. */
export function changes(before: Snapshot, after: Snapshot): string[] {
  const changed = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !after.has(path));
  return [...changed, ...removed];
}

/**
 * Looks again and again. A change is reported when the files have come to rest: an editor may write several.
 * @param onChange the changed paths; looking goes on when it has resolved
 */
export async function watch(
  folder: string,
  ignored: readonly string[],
  onChange: (paths: string[]) => Promise<void>,
): Promise<never> {
  let known = snapshot(folder, ignored);
  for (;;) {
    const startedAt = performance.now();
    const current = snapshot(folder, ignored);
    const paths = changes(known, current);
    if (paths.length > 0) {
      known = await atRest(folder, ignored, current);
      await onChange(paths);
    }
    const tookMs = performance.now() - startedAt;
    await sleep(paths.length > 0 ? shortestPauseMs : Math.max(shortestPauseMs, tookMs / share));
  }
}

async function atRest(folder: string, ignored: readonly string[], first: Snapshot): Promise<Snapshot> {
  for (let before = first; ; ) {
    await sleep(20);
    const after = snapshot(folder, ignored);
    if (changes(before, after).length === 0) return after;
    before = after;
  }
}
