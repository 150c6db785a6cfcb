// How pieces of nginx.conf are written. Pieces are without indentation: the block around them indents them.

/** @param pieces empty ones are left out */
export function lines(...pieces: (string | undefined | false)[]): string {
  return pieces.filter((piece) => piece !== undefined && piece !== false && piece !== '').join('\n');
}

/** Like `lines`, with a blank line between each two. */
export function paragraphs(...pieces: (string | undefined | false)[]): string {
  return pieces.filter((piece) => piece !== undefined && piece !== false && piece !== '').join('\n\n');
}

/** `name { … }` */
export function block(name: string, content: string): string {
  const indented = content.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
  return [`${name} {`, ...indented, '}'].join('\n');
}

/** `[text or ~regular expression, value]`, without `"`; values as nginx reads them. */
type MapEntry = readonly [from: string, to: string];

export function map(source: string, variable: string, entries: readonly MapEntry[]): string {
  const rows = entries.map(([from, to]) => `${from === 'default' ? from : `"${from}"`} ${to};`);
  return block(`map ${source} ${variable}`, rows.join('\n'));
}

/**
 * A map that nginx evaluates each time that it is used. Any other keeps its first value for the whole request, also where
 * nginx goes on with another URI, method or status: for an index file, an error page or X-Accel-Redirect.
 */
export function volatileMap(source: string, variable: string, entries: readonly MapEntry[]): string {
  return map(source, variable, entries).replace('{\n', '{\n  volatile;\n');
}

/** A string as one word of nginx's configuration. In most places a `$` in it begins a variable. */
export function nginxString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/**
 * A folder or file, where nginx would take a `$` for the beginning of a variable.
 * @throws RangeError for characters that no word of nginx's configuration can hold; the settings refuse them
 */
export function nginxPath(text: string): string {
  if (/[\p{Cc}"\\$]/u.test(text)) throw new RangeError(`no word of nginx's configuration: ${JSON.stringify(text)}`);
  return `"${text}"`;
}

/** A URL path of the settings (letters, digits and `-._~/`) as a regular expression that matches it alone. */
export function urlPathPattern(path: string): string {
  return path.replace(/[.~]/g, '\\$&');
}
