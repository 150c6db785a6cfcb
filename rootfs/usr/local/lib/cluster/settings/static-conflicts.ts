// Settings of static files that do not go together, or not with what is on the disk.
import { join } from 'node:path';
import { formatSetting, type Rule } from './rule.ts';
import { indexFolderOf, placedFolders } from './static-folders.ts';

export const staticRules: readonly Rule[] = [
  {
    of: ['staticPaths'],
    kind: 'problem',
    check({ staticPaths }, isSet, disk) {
      const missing = staticPaths.find(({ path }) => !disk.isFolder(path));
      if (!isSet('staticPaths') || missing === undefined) return undefined;
      const { url, path } = missing;
      return `${formatSetting('staticPaths', staticPaths)}: there is no such folder${url === undefined ? '' : ` ${path}`}. Write the path of a folder in the image, such as STATIC_PATH=/app/dist, or leave it out.`;
    },
  },
  {
    of: ['staticPaths', 'staticUrl'],
    kind: 'problem',
    check({ staticPaths, staticUrl }, isSet, disk) {
      if (!isSet('staticUrl')) return undefined;
      const [{ url, path } = { url: undefined, path: '' }] = staticPaths;
      if (url !== undefined) {
        return `${formatSetting('staticUrl', staticUrl)} is for a single folder, and ${formatSetting('staticPaths', staticPaths)} has URL paths of its own. Leave STATIC_URL out.`;
      }
      return !isSet('staticPaths') && !disk.isFolder(path)
        ? `${formatSetting('staticUrl', staticUrl)} is where the files of STATIC_PATH lie, but there is no folder ${path}. Write STATIC_PATH=… with the folder of the files, or leave STATIC_URL out.`
        : undefined;
    },
  },
  {
    of: ['staticPaths', 'staticIndex'],
    kind: 'problem',
    check(values, isSet, disk) {
      const path = indexFolderOf(placedFolders(values))?.path ?? '';
      return values.staticIndex &&
        (disk.isFolder(path) || !isSet('staticPaths')) &&
        !disk.isFile(join(path, 'index.html'))
        ? `${formatSetting('staticIndex', values.staticIndex)} needs ${path}/index.html, and there is no such file. Write STATIC_PATH=… with the folder that has it, or leave STATIC_INDEX out.`
        : undefined;
    },
  },
  {
    of: ['staticPaths'],
    kind: 'warning',
    check({ staticPaths }, _isSet, disk) {
      const withSources = staticPaths.find(({ path }) => disk.isFile(join(path, 'package.json')));
      return withSources === undefined
        ? undefined
        : `${formatSetting('staticPaths', [withSources])} is a folder with a package.json: its scripts, source maps and package files are not served. Put what the browser needs into a folder of its own, such as STATIC_PATH=/app/public.`;
    },
  },
  {
    of: ['privatePath', 'staticPaths'],
    kind: 'problem',
    check({ privatePath, staticPaths }) {
      const around = staticPaths.find(({ path }) => `${privatePath}/`.startsWith(`${path}/`));
      return privatePath === undefined || around === undefined
        ? undefined
        : `${formatSetting('privatePath', privatePath)} is inside of ${formatSetting('staticPaths', [around])}, which everybody may read. Put private files elsewhere.`;
    },
  },
  {
    of: ['healthPath', 'staticPaths', 'staticUrl'],
    kind: 'problem',
    check(values) {
      const { healthPath, staticPaths, staticUrl } = values;
      if (!placedFolders(values).some(({ url }) => url === healthPath)) return undefined;
      const place =
        staticPaths[0]?.url === undefined
          ? formatSetting('staticUrl', staticUrl)
          : formatSetting('staticPaths', staticPaths);
      return `${formatSetting('healthPath', healthPath)} and ${place} are the same path. Give them different ones.`;
    },
  },
];
