// Headers that nginx sets, and the directives that set them.
import { lines } from './layout.ts';

/** The value is a word of nginx's configuration: with variables, and quoted where it has to be. */
export type Header = readonly [name: string, value: string, comment?: string];

/** `add_header` for each, on errors, too. A location with one of its own inherits none of the server's. */
export function addResponseHeaders(headers: readonly Header[]): string {
  return lines(...headers.flatMap(([name, value, comment]) => [note(comment), `add_header ${name} ${value} always;`]));
}

/** `proxy_set_header` for each. A location with one of its own inherits none of the server's. */
export function setRequestHeaders(headers: readonly Header[]): string {
  return lines(...headers.flatMap(([name, value, comment]) => [note(comment), `proxy_set_header ${name} ${value};`]));
}

function note(comment: string | undefined): string | undefined {
  return comment && `# ${comment}`;
}
