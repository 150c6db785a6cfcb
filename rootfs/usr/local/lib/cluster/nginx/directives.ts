// Reads nginx's configuration language: which directives are in a text, in which blocks, with which words.
// https://nginx.org/en/docs/beginners_guide.html#conf_structure, and ngx_conf_read_token() in its source

export interface Directive {
  /** Names of the blocks around it, from the outside, and its own: `http server listen`. */
  readonly path: string;
  readonly words: readonly string[];
}

/** @throws Error where nginx would not read on */
export function directivesOf(text: string): Directive[] {
  const found: Directive[] = [];
  const blocks: string[] = [];
  let words: string[] = [];
  for (const token of tokens(text)) {
    if (token === ';' || token === '{') {
      const [name] = words;
      if (name === undefined) throw new Error(`nothing before ${token}`);
      found.push({ path: [...blocks, name].join(' '), words });
      if (token === '{') blocks.push(name);
      words = [];
    } else if (token === '}') {
      if (words.length > 0 || blocks.pop() === undefined) throw new Error('an end without a beginning');
    } else {
      words.push(token.word);
    }
  }
  if (blocks.length > 0 || words.length > 0) throw new Error('it ends in the middle');
  return found;
}

function* tokens(text: string): Generator<';' | '{' | '}' | { word: string }> {
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^(\s+|#[^\n]*)/.exec(rest)?.[0];
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const sign = /^[;{}]/.exec(rest)?.[0] as ';' | '{' | '}' | undefined;
    if (sign !== undefined) {
      at += 1;
      yield sign;
      continue;
    }
    const quoted = /^(?:"((?:\\[\s\S]|[^"\\])*)"|'((?:\\[\s\S]|[^'\\])*)')(?=[\s;{)])/.exec(rest);
    // A `{` is a part of a word only right behind a `$`.
    const plain = /^(?:\$\{|\\[\s\S]|[^\s;{}"'\\]|(?<=.)["'}])(?:\$\{|\\[\s\S]|[^\s;{])*/.exec(rest);
    const token = quoted ?? plain;
    if (token === null) throw new Error(`no word at ${JSON.stringify(rest.slice(0, 40))}`);
    at += token[0].length;
    yield { word: quoted?.[1] ?? quoted?.[2] ?? token[0] };
  }
}
