// Turns what the compiler says into what a person can act on: place, problem, line.

/** Columns that swc draws for a tab. */
const tabWidth = 4;

/**
 * What the import of a file that cannot be compiled throws.
 * @param message begins with the place; of our own stack nothing would help
 */
export function importError(message: string): SyntaxError {
  const error = new SyntaxError(message);
  const [place = ''] = /^\S+?(?=: )/.exec(message) ?? [];
  error.stack = `SyntaxError: ${message}\n    at ${place}`;
  return error;
}

/** @param said swc's message: `  x WHAT`, a drawn frame, then a native backtrace */
export function explain(file: string, source: string, said: string): SyntaxError {
  const withoutBacktrace = said.split(/\n\s*(?:Caused by|Stack backtrace):/, 1)[0] ?? '';
  const what = /^\s*[x×] (.*)/m.exec(withoutBacktrace)?.[1] ?? withoutBacktrace.trim();
  const [, line, code, mark] = /^ *(\d+) \| (.*)\n *: ( *\^+)/m.exec(withoutBacktrace) ?? [];
  if (line === undefined || mark === undefined) return importError(`${file}: ${what}`);
  const column = columnOf(source.split('\n')[Number(line) - 1] ?? '', mark.indexOf('^'));
  return importError(`${file}:${line}:${column}: ${what}\n\n    ${code}\n    ${mark}`);
}

/** The column, from 1, of the character that is drawn `drawn` columns from the left. */
function columnOf(text: string, drawn: number): number {
  let width = 0;
  let column = 0;
  for (; width < drawn; column++) width += text[column] === '\t' ? tabWidth : 1;
  return column + 1;
}
