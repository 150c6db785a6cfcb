// How values and errors are written in messages: in one line, not too long, and never the value of a secret.
import type { Definition } from './schema.ts';

const maxShownLength = 80;

/** In quotes, so that blanks, line ends and quotes in it can be seen. */
export function quoteValue(text: string): string {
  const shown = text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
  return JSON.stringify(shown);
}

/** `NAME="value"`, or `NAME` alone where the value is a secret. */
export function formatAssignment(
  { isSecret }: Pick<Definition<unknown>, 'isSecret'>,
  name: string,
  text: string,
): string {
  return isSecret ? `${name} (its value is not shown)` : `${name}=${quoteValue(text)}`;
}

/** @param error of the file system @returns the rest of a sentence that begins with the variable and its path */
export function describeReadError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'names a file that does not exist. Mount it there, or correct the path.';
  if (code === 'EACCES')
    return "names a file that this container's user may not read (EACCES). Give it group 0 and mode 0440.";
  if (code === 'EISDIR') return 'names a folder. Name the file in it.';
  return `names a file that cannot be read (${code ?? error}).`;
}
