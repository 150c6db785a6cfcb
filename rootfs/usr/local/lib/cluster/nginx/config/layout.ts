// How pieces of nginx.conf are written, and at which of its levels each topic has something to say.
import { schema } from '../../settings/schema.ts';

/**
 * What one topic adds to nginx.conf, level by level; each without indentation. What is set at `http` can be overridden by
 * the user's snippets in `server` and in locations: nginx takes the innermost.
 */
export interface Topic {
  readonly http?: string;
  readonly server?: string;
  /** `add_header` lines, for every answer. */
  readonly headers?: string;
  /** `proxy_set_header` lines, for every request that is passed on. */
  readonly requestHeaders?: string;
  /** Only where the app is asked. */
  readonly app?: string;
  readonly locations?: (shared: Shared) => string;
}

/** What locations take from the other topics. */
export interface Shared {
  /** The inside of a location that asks the app. */
  readonly askApp: string;
  /** `proxy_set_header` lines that such a location inherits, unless it has one of its own. */
  readonly requestHeaders: string;
  /**
   * For a location that sends a file in place of an answer of the app's: the headers of every answer, and those of the
   * app's own answer, which would be dropped with it.
   */
  readonly headersOfReplacedAnswer: string;
  /** Names of the headers of every answer, separated by blanks. */
  readonly headerNames: string;
}

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
  return `${name} {\n${indent(content)}\n}`;
}

/** @param entries each `[text or ~regular expression, value]`, without `"`; values as nginx reads them */
export function map(source: string, variable: string, entries: readonly (readonly [string, string])[]): string {
  const rows = entries.map(([from, to]) => `${from === 'default' ? from : `"${from}"`} ${to};`);
  return block(`map ${source} ${variable}`, rows.join('\n'));
}

/** In nginx's words: `15s`, `5m`. */
export function duration(ms: number): string {
  return schema.clientTimeoutMs.type.format(ms);
}

/** In nginx's words: `10m`, `16k`. */
export function size(bytes: number): string {
  return schema.maxUploadBytes.type.format(bytes);
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** A string as one word of nginx's configuration. In most places a `$` in it begins a variable. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** A folder or file, where nginx would take a `$` for a variable. The settings let no character through that has no place in a word. */
export function quotedPath(text: string): string {
  if (/[\p{Cc}"\\$]/u.test(text)) throw new RangeError(`no word of nginx's configuration: ${JSON.stringify(text)}`);
  return `"${text}"`;
}
