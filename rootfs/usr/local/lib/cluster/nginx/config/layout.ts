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

/** @param entries each `[text or ~regular expression, value]`, without `"`; values as nginx reads them */
export function map(source: string, variable: string, entries: readonly (readonly [string, string])[]): string {
  const rows = entries.map(([from, to]) => `${from === 'default' ? from : `"${from}"`} ${to};`);
  return block(`map ${source} ${variable}`, rows.join('\n'));
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
