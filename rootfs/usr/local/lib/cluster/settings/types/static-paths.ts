// Folders of static files, and where they are in URLs.
import { appFolder } from '../../paths.ts';
import { folder, urlPrefix } from './path.ts';
import type { Type } from './type.ts';

export interface StaticPath {
  /** Undefined where STATIC_URL says it. */
  readonly url: string | undefined;
  /** Absolute. */
  readonly path: string;
}

/** One folder, or pairs of a URL path and a folder, separated by commas. */
export const staticPaths: Type<readonly StaticPath[]> = {
  allowed:
    'the absolute path of a folder, such as /app/public, or pairs of a URL path and a folder, such as /static=public,/=dist; without quotes, `$` and `\\`',
  parse(text) {
    if (!text.includes('=')) {
      const path = folder.parse(text);
      return path === undefined ? undefined : [{ url: undefined, path }];
    }
    const pairs = partsOf(text).map(parsePair);
    return problemOf(text) === undefined ? pairs.filter((pair) => pair !== undefined) : undefined;
  },
  format: (value) => value.map(({ url, path }) => (url === undefined ? path : `${url}=${path}`)).join(','),
  explain: (text) => (text.includes('=') ? problemOf(text) : undefined),
  suggest: (text) => (text.includes('=') ? [] : (folder.suggest?.(text) ?? [])),
};

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parsePair(part: string): (StaticPath & { readonly url: string }) | undefined {
  const [, left = '', right = ''] = /^([^=]*)=(.*)$/.exec(part) ?? [];
  const url = urlPrefix.parse(left.trim());
  const given = right.trim().replace(/^\.\//, '');
  const path = folder.parse(given.startsWith('/') ? given : `${appFolder}/${given}`);
  // `/app` itself is written as such: an empty name is forgotten, not meant.
  return url === undefined || path === undefined || given === '' ? undefined : { url, path };
}

/** @returns what is wrong with a list of pairs */
function problemOf(text: string): string | undefined {
  const urls = new Map<string, string>();
  for (const part of partsOf(text)) {
    const shown = JSON.stringify(part);
    if (/=(.*\/)?\.\.(\/|$)/.test(part)) return `${shown} leads out of ${appFolder}`;
    const pair = parsePair(part);
    if (pair === undefined) return `${shown} is not a URL path, \`=\` and a folder`;
    const other = urls.get(pair.url);
    if (other !== undefined) return `${JSON.stringify(other)} and ${shown} are two folders for one URL path`;
    urls.set(pair.url, part);
  }
  return urls.size === 0 ? 'there is no pair in it' : undefined;
}
