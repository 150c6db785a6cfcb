// Where the files of a folder are in URLs.
import type { StaticFolder } from './context.ts';

/** @param prefix BASE_PATH, empty where everything lies below it @returns a URL path, empty for the root */
export function urlOf({ url }: Pick<StaticFolder, 'url'>, prefix: string): string {
  return `${prefix}${url === '/' ? '' : url}`;
}
