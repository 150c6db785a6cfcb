// Splits a line of a package.json's `scripts` as the shell would: words, quotes, variables, operators.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html

export interface ShellCommand {
  readonly words: readonly string[];
  /** What comes after it: `&&`, `|`, `>` and the like; undefined for the last command. */
  readonly operator: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param environment where `$NAME` is looked up
 * @returns undefined where the line has more of the shell than is understood here: `$(…)`, back quotes, subshells
 */
export function splitShellCommands(line: string, environment: Environment): ShellCommand[] | undefined {
  const splitter = new ShellSplitter(environment);
  let rest = line;
  while (rest !== '') {
    const token = tokens.find(({ pattern }) => pattern.test(rest));
    const match = token?.pattern.exec(rest);
    if (token === undefined || match == null) return undefined;
    token.apply(splitter, match);
    rest = rest.slice(match[0].length);
  }
  return splitter.end();
}

class ShellSplitter {
  readonly environment: Environment;
  readonly #commands: ShellCommand[] = [];
  #words: string[] = [];
  /** Undefined between words. Quotes make a word even where there is nothing in them. */
  #word: string | undefined;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  append(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  /** What a variable holds is split at blanks, and nothing makes no word. */
  appendVariable(text: string): void {
    const parts = text.split(/\s+/);
    for (const [position, part] of parts.entries()) {
      if (position > 0) this.endWord();
      if (part !== '') this.append(part);
    }
  }

  endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  endCommand(operator: string | undefined): void {
    this.endWord();
    if (this.#words.length > 0 || operator !== undefined) this.#commands.push({ words: this.#words, operator });
    this.#words = [];
  }

  end(): ShellCommand[] {
    this.endCommand(undefined);
    return this.#commands;
  }
}

interface Token {
  readonly pattern: RegExp;
  readonly apply: (splitter: ShellSplitter, match: RegExpExecArray) => void;
}

/** `$NAME`, `${NAME}`, `${NAME:-otherwise}`, `${NAME-otherwise}` */
const variable = /\$(?:(\w+)|\{(\w+)(?:(:?)-([^}$`]*))?\})/;

const tokens: readonly Token[] = [
  { pattern: /^[ \t]+/, apply: (splitter) => splitter.endWord() },
  { pattern: /^(?:&&|\|\||[;|&<>\n])/, apply: (splitter, [operator]) => splitter.endCommand(operator) },
  { pattern: /^'([^']*)'/, apply: (splitter, [, text = '']) => splitter.append(text) },
  {
    pattern: /^"((?:[^"\\$`]|\\[\s\S]|\$(?:\w+|\{\w+(?::?-[^}$`]*)?\}))*)"/,
    apply: (splitter, [, text = '']) => splitter.append(expandQuoted(text, splitter.environment)),
  },
  { pattern: /^\\([\s\S])/, apply: (splitter, [, character = '']) => splitter.append(character) },
  {
    pattern: new RegExp(`^${variable.source}`),
    apply: (splitter, match) => splitter.appendVariable(valueOfVariable(match, splitter.environment)),
  },
  { pattern: /^[^\s'"\\$`()&|;<>]+/, apply: (splitter, [text]) => splitter.append(text) },
];

/** In double quotes a backslash has its meaning before these four only. */
function expandQuoted(text: string, environment: Environment): string {
  return text.replace(new RegExp(`\\\\(["\\\\$\`])|${variable.source}`, 'g'), (whole, escaped, ...groups) =>
    escaped === undefined ? valueOfVariable([whole, ...groups], environment) : escaped,
  );
}

function valueOfVariable([, bare, braced, colon, otherwise = '']: readonly string[], environment: Environment): string {
  const value = environment[bare ?? braced ?? ''];
  return value === undefined || (value === '' && colon === ':') ? otherwise : value;
}
