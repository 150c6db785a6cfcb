// A folder /app in memory.
import type { Folder } from '../../../rootfs/usr/local/lib/cluster/app/app-folder.ts';
import type { AppSettings } from '../../../rootfs/usr/local/lib/cluster/app/find.ts';

/** As they are by default. */
export const appSettings: AppSettings = {
  appModule: undefined,
  staticPaths: [{ url: undefined, path: '/app/public' }],
  nginx: true,
};

/** @param files texts by path below /app; a path that ends with a slash is an empty folder @param links where paths lead, both below /app */
export function appWith(files: Record<string, string>, links: Record<string, string> = {}): Folder {
  const paths = new Map(Object.entries(files).map(([name, text]) => [`/app/${name}`, text]));
  const real = (path: string) => (path.slice(5) in links ? `/app/${links[path.slice(5)]}` : path);
  return {
    isFile: (path) => paths.has(real(path)),
    isFolder: (path) => [...paths.keys()].some((each) => each.startsWith(`${path}/`)),
    read: (path) => paths.get(real(path)),
    names: (path) => {
      const inside = [...paths.keys()].filter((each) => each.startsWith(`${path}/`));
      return [...new Set(inside.map((each) => each.slice(path.length + 1).split('/')[0] ?? ''))].filter(
        (name) => name !== '',
      );
    },
    target: real,
    isUntouched: () => Object.keys(files).join() === '.welcome',
    misplaced: () => undefined,
  };
}
