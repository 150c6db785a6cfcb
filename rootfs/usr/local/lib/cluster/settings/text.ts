// How values stand in messages: in one line, not too long, and never those of a secret.
import type { Definition } from './schema.ts';

const longestShown = 80;

/** Quoted, so that blanks, line ends and quotes in it can be seen. */
export function quoted(text: string): string {
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
  return JSON.stringify(shown);
}

/** `NAME="value"`, or `NAME` alone where the value is nobody's business. */
export function assignment({ isSecret }: Pick<Definition<unknown>, 'isSecret'>, name: string, text: string): string {
  return isSecret ? `${name} (its value is not shown)` : `${name}=${quoted(text)}`;
}
