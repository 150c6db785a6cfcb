// Paths: of URLs, of folders and of files.
import type { Type } from './type.ts';
import { splitList } from './word.ts';

/** A path in URLs. Restricted to characters that mean nothing to nginx, whose configuration matches by it. */
export const urlPath: Type<string> = {
  allowed: 'a URL path of letters, digits, `-`, `.`, `_`, `~` and `/`, such as /healthz',
  parse: (text) => (/^(\/[A-Za-z0-9._~-]+)+$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text) ? text : undefined),
  format: (value) => value,
  suggest: (text) => [`/${text.replace(/^\/+|\/+$/g, '')}`],
};

/** Where files lie in URLs: a URL path, or `/` for all of them. */
export const urlPrefix: Type<string> = {
  ...urlPath,
  allowed: '`/` or a URL path of letters, digits, `-`, `.`, `_`, `~` and `/`, such as /static',
  parse: (text) => (text === '/' ? text : urlPath.parse(text.replace(/\/$/, ''))),
};

/** URL paths, separated by commas or blanks. */
export const urlPaths: Type<readonly string[]> = {
  allowed: 'URL paths separated by commas, such as /upload,/api/files',
  parse(text) {
    const paths = splitList(text).map((part) => urlPath.parse(part.replace(/\/$/, '')));
    return paths.length > 0 && !paths.includes(undefined) ? (paths as string[]) : undefined;
  },
  format: (value) => value.join(','),
  suggest: (text) => [
    splitList(text)
      .map((part) => `/${part.replace(/^\/+|\/+$/g, '')}`)
      .join(','),
  ],
};

/** An absolute path of the container that nginx can hold. Value without a slash at its end. */
export const folder: Type<string> = {
  allowed: 'the absolute path of a folder, such as /app/public, without quotes, `$` and `\\`',
  parse(text) {
    const path = text.replace(/\/+$/, '');
    // Control characters and `"` cannot stand in a word of nginx's configuration, and `$` begins a variable there.
    return /^\/[^/]/.test(path) && !/[\p{Cc}\p{Zl}\p{Zp}"'`$\\]/u.test(path) && !/\/\.{1,2}(\/|$)/.test(path)
      ? path
      : undefined;
  },
  format: (value) => value,
  suggest: (text) => [`/app/${text.replace(/^\.?\//, '')}`],
};

/** The absolute path of a file that nginx reads. */
export const absoluteFile: Type<string> = {
  allowed: 'the absolute path of a file, without quotes, `$` and `\\`',
  parse: folder.parse,
  format: (value) => value,
};

/** The path of a file, relative to /app or absolute. Where it may lie is the app room's to judge. */
export const file: Type<string> = {
  allowed: 'the path of a file',
  parse: (text) => (/^[^\p{Cc}]+$/u.test(text) ? text : undefined),
  format: (value) => value,
};
