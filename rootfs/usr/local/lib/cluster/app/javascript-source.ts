// Looks into the source of a JavaScript or TypeScript file without a parser, which would cost each worker some 30 ms: tells
// code from comments, strings and regular expressions, and no more than that.

interface Piece {
  readonly kind: 'code' | 'comment' | 'text';
  readonly text: string;
}

const plainCode = /[^'"`/{}]+/y;
const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
/** Ends with its line at the latest: JSX has apostrophes that are no quotes. */
const quoted = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y;
const regularExpression = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** From the back quote, or the end of an expression in it, to the next expression or the closing back quote. */
const template = /[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y;
/** After these a slash begins a regular expression, and divides otherwise. */
const beforeExpression =
  /(?:^|[([{,;=:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))\s*$/;

/** Line ends and length are kept. @returns the source without what comments, strings and regular expressions say */
export function codeOf(source: string): string {
  return join(source, ({ kind, text }) => (kind === 'code' ? text : blanksFor(text)));
}

/** @returns the source with blanks for comments */
export function withoutComments(source: string): string {
  return join(source, ({ kind, text }) => (kind === 'comment' ? blanksFor(text) : text));
}

/**
 * @returns whether its code calls a method `listen`, or hands it on to be called: `server.listen(3000)`,
 *   `promisify(server.listen)`. A comment or a text that has the words does not count
 */
export function mentionsListen(source: string): boolean {
  const call = /\.\s*listen\b(?!\s*[=:])|\[\s*['"`]listen['"`]\s*\]/;
  if (!call.test(source)) return false;
  return (
    /\.\s*listen\b(?!\s*[=:])/.test(codeOf(source)) || /\[\s*['"`]listen['"`]\s*\]\s*\(/.test(withoutComments(source))
  );
}

function blanksFor(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function join(source: string, write: (piece: Piece) => string): string {
  return Array.from(piecesOf(source), write).join('');
}

function* piecesOf(source: string): Generator<Piece> {
  /** Of each template around: how many braces of its expression are open. */
  const templates: number[] = [];
  let code = '';
  for (let at = 0; at < source.length; ) {
    const piece = pieceAt(source, at, code, templates);
    if (piece.kind === 'code') code = (code + piece.text).slice(-32);
    else if (piece.kind === 'text') code = '""';
    yield piece;
    at += piece.text.length;
  }
}

function pieceAt(source: string, at: number, before: string, templates: number[]): Piece {
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const character = source[at] ?? '';
  const depth = templates.at(-1);
  switch (character) {
    case "'":
    case '"':
      return { kind: 'text', text: match(quoted) ?? character };
    case '/': {
      const text = match(comment);
      if (text !== undefined) return { kind: 'comment', text };
      const expression = beforeExpression.test(before) ? match(regularExpression) : undefined;
      return expression === undefined ? { kind: 'code', text: '/' } : { kind: 'text', text: expression };
    }
    case '{':
      if (depth !== undefined) templates[templates.length - 1] = depth + 1;
      return { kind: 'code', text: '{' };
    case '}':
      if (depth !== undefined && depth > 0) templates[templates.length - 1] = depth - 1;
      if (depth !== 0) return { kind: 'code', text: '}' };
      templates.pop();
      return templateAt(match(template) ?? character, templates);
    case '`':
      return templateAt(match(template) ?? character, templates);
    default:
      return { kind: 'code', text: match(plainCode) ?? character };
  }
}

function templateAt(text: string, templates: number[]): Piece {
  if (text.endsWith('${')) templates.push(0);
  return { kind: 'text', text };
}
