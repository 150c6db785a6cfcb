// Which pages there are in ERROR_PAGES.
import { readdirSync } from 'node:fs';
import { errors } from '../errors.ts';

/**
 * @returns names without `.html`, each before those that stand for more codes: `404`, `50x`, `5xx`, `maintenance`
 * @throws ClusterError ERROR_PAGES_MISSING where there is none
 */
export function findErrorPages(folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  const names = readdirSync(folder).flatMap(
    (file) => /^([45](?:\d\d|\dx|xx)|maintenance)\.html$/.exec(file)?.[1] ?? [],
  );
  if (names.length === 0) throw errors.errorPagesMissing(folder);
  return names.sort();
}
