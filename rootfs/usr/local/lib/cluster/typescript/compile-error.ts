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

/**
 * What the import of a file throws that swc refuses.
 * @param swcMessage `  x PROBLEM`, a drawn frame, then a native backtrace
 * @returns an error whose message is the place, the problem and the line, marked
 */
export function syntaxErrorOf(file: string, source: string, swcMessage: string): SyntaxError {
  const withoutBacktrace = swcMessage.split(/\n\s*(?:Caused by|Stack backtrace):/, 1)[0] ?? '';
  const problem = /^\s*[x×] (.*)/m.exec(withoutBacktrace)?.[1] ?? withoutBacktrace.trim();
  const [, line, code, mark] = /^ *(\d+) \| (.*)\n *: ( *\^+)/m.exec(withoutBacktrace) ?? [];
  if (line === undefined || mark === undefined) return importError(`${file}: ${problem}`);
  const column = columnOf(source.split('\n')[Number(line) - 1] ?? '', mark.indexOf('^'));
  return importError(`${file}:${line}:${column}: ${problem}\n\n    ${code}\n    ${mark}`);
}

/** The column, from 1, of the character that is drawn `drawn` columns from the left. */
function columnOf(text: string, drawn: number): number {
  let width = 0;
  let column = 0;
  for (; width < drawn; column++) width += text[column] === '\t' ? tabWidth : 1;
  return column + 1;
}
