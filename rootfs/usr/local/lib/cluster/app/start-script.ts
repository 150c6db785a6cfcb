// What a start script of package.json runs, where it says so plainly: `NAME=value node [flags] FILE ARGS`.
import { type NodeArguments, parseNodeArguments } from '../machine/node-flags.ts';
import { type ShellCommand, splitShellCommands } from './shell-commands.ts';
import { sortStartFlags } from './start-flags.ts';

/** How Node is started, beside the file. */
export interface StartOptions {
  readonly nodeFlags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

export interface PlainStart extends StartOptions {
  readonly kind: 'plain';
  readonly text: string;
  /** As it is written: it may be a folder, or lack its extension. */
  readonly file: string;
  /** For a developer's machine: a watcher, or TypeScript that is compiled as it is loaded. */
  readonly isDevelopment: boolean;
  /** What of the script is not used, each with the reason. */
  readonly dropped: readonly string[];
}

/** A command that a package brings, and that serves what its framework has built. */
export interface ServeCommandStart extends StartOptions {
  readonly kind: 'serve-command';
  readonly text: string;
  readonly command: string;
  readonly packageName: string;
}

export interface OtherStart {
  readonly kind: 'other';
  readonly text: string;
  readonly commands: readonly ShellCommand[];
  /** The part that starts the server, where that is plain. */
  readonly part: PlainStart | undefined;
}

export type StartScript = PlainStart | ServeCommandStart | OtherStart;

type Environment = Readonly<Record<string, string | undefined>>;
type Scripts = Readonly<Record<string, string>>;

/** They end as soon as the server is asked for in the same process. */
export const serveCommands: Readonly<Record<string, string>> = {
  'react-router-serve': '@react-router/serve',
  'remix-serve': '@remix-run/serve',
};

/** `npm run A` that runs B, which runs A. */
const deepestReference = 5;

/**
 * @param name in `scripts` of package.json
 * @param environment where `$NAME` is looked up
 * @returns undefined where there is no such script
 */
export function readStartScript(scripts: Scripts, name: string, environment: Environment): StartScript | undefined {
  const text = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  return text === undefined ? undefined : new StartScriptReader(scripts, environment, text).read(text, {}, [], 0);
}

class StartScriptReader {
  readonly #scripts: Scripts;
  readonly #environment: Environment;
  /** Of the script that was asked for, also where it refers to another one. */
  readonly #text: string;

  constructor(scripts: Scripts, environment: Environment, text: string) {
    this.#scripts = scripts;
    this.#environment = environment;
    this.#text = text;
  }

  read(
    line: string,
    variables: Readonly<Record<string, string>>,
    moreArgs: readonly string[],
    depth: number,
  ): StartScript {
    const commands = splitShellCommands(line, { ...this.#environment, ...variables }) ?? [];
    const { exported, rest } = takeExports(commands);
    const plainly = (command: ShellCommand | undefined) =>
      this.#readCommand([...(command?.words ?? []), ...moreArgs], { ...variables, ...exported }, depth);
    if (rest.length === 1 && rest[0]?.operator === undefined) {
      const start = plainly(rest[0]);
      if (start !== undefined) return start;
    }
    // A server is the last of several commands, and the first where its output goes on.
    const isSequence = rest.every(({ operator = ';' }) => operator === '&&' || operator === ';');
    const part = rest.length > 1 ? plainly(isSequence ? rest.at(-1) : rest[0]) : undefined;
    return { kind: 'other', text: this.#text, commands: rest, part: part?.kind === 'plain' ? part : undefined };
  }

  #readCommand(
    words: readonly string[],
    inherited: Readonly<Record<string, string>>,
    depth: number,
  ): StartScript | undefined {
    const { variables, command } = stripPrefix(words);
    const { NODE_OPTIONS: options = '', PORT: port, ...environment } = { ...inherited, ...variables };
    const [program = '', ...args] = command;
    const reference = referenceOf(program, args, this.#scripts);
    if (reference !== undefined && depth < deepestReference) {
      return this.read(this.#scripts[reference.name] ?? '', { ...inherited, ...variables }, reference.args, depth + 1);
    }
    const packageName = Object.hasOwn(serveCommands, program) ? serveCommands[program] : undefined;
    if (packageName !== undefined) {
      const nodeFlags = sortStartFlags(parseNodeArguments(splitBlanks(options)).flags).kept;
      return { kind: 'serve-command', text: this.#text, command: program, packageName, args, nodeFlags, environment };
    }
    const run = runOf(program, args);
    if (run?.script === undefined) return undefined;
    const flags = sortStartFlags([...parseNodeArguments(splitBlanks(options)).flags, ...run.flags]);
    if (flags.isNoServer) return undefined;
    return {
      kind: 'plain',
      text: this.#text,
      file: run.script,
      args: run.args,
      nodeFlags: flags.kept,
      environment,
      isDevelopment: flags.isDevelopment || run.isDevelopment,
      dropped: [...(port === undefined ? [] : [`PORT=${port} (PORT is a setting of the image)`]), ...flags.dropped],
    };
  }
}

/** `export A=b && …`, and what Windows has for it. */
function takeExports(commands: readonly ShellCommand[]): {
  exported: Record<string, string>;
  rest: readonly ShellCommand[];
} {
  const [first, ...rest] = commands;
  const isExport =
    first !== undefined &&
    rest.length > 0 &&
    /^(export|set)$/i.test(first.words[0] ?? '') &&
    first.words.slice(1).every((word) => assignment.test(word)) &&
    /^(&&?|;|\n)$/.test(first.operator ?? '');
  if (!isExport) return { exported: {}, rest: commands };
  const further = takeExports(rest);
  return { exported: { ...assigned(first.words.slice(1)), ...further.exported }, rest: further.rest };
}

const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/;

function assigned(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => assignment.exec(word)).map((match) => [match?.[1], match?.[2]]));
}

/** What runs the command that comes after it, and does nothing else to it that counts here. */
const wrappers = /^(exec|command|nohup|env|cross-env|dumb-init|tini|npx|pnpx)$/;
const wrappersOfTwoWords = /^(npm|pnpm|yarn) (exec|dlx)$/;

function stripPrefix(words: readonly string[]): { variables: Record<string, string>; command: readonly string[] } {
  const isWrapper = (position: number) => wrappers.test(programOf(words[position]));
  let isWrapped = false;
  const taken: string[] = [];
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (assignment.test(word)) taken.push(word);
    else if (isWrapper(at)) isWrapped = true;
    else if (wrappersOfTwoWords.test(`${word} ${words[at + 1]}`)) {
      isWrapped = true;
      at += 1;
    } else if (!isWrapped || !/^(--|-[gsyi]|--yes|--no|--no-install|--silent)$/.test(word)) break;
  }
  return { variables: assigned(taken), command: [programOf(words[at]), ...words.slice(at + 1)] };
}

/** `node` of `/usr/local/bin/node`, `tsx` of `./node_modules/.bin/tsx`. */
function programOf(word = ''): string {
  return word.replace(/^(\/usr(\/local)?\/bin\/|(\.\/)?node_modules\/\.bin\/)/, '');
}

/** `npm run NAME -- ARGS` and the like. */
function referenceOf(
  program: string,
  args: readonly string[],
  scripts: Scripts,
): { name: string; args: readonly string[] } | undefined {
  const words = args.filter((word) => !/^(-s|--silent|--if-present)$/.test(word));
  const [first = '', second = ''] = words;
  const isRun = /^(run|run-script)$/.test(first);
  const name = {
    npm: isRun ? second : first === 'start' ? first : undefined,
    pnpm: isRun ? second : first,
    yarn: isRun ? second : first,
    node: first === '--run' ? second : first.startsWith('--run=') ? first.slice('--run='.length) : undefined,
  }[program];
  if (name === undefined || !Object.hasOwn(scripts, name)) return undefined;
  const rest = words.slice(words.indexOf(name) + 1);
  return { name, args: rest[0] === '--' ? rest.slice(1) : rest };
}

type Run = NodeArguments & { readonly isDevelopment: boolean };

/** Flags of their own that take a value; those without are known by their dash. */
const runners: Readonly<Record<string, string>> = {
  tsx: '--tsconfig --ignore --include --exclude --clear-screen',
  'ts-node':
    '-P --project -C --compiler -I --ignore -D --ignore-diagnostics -O --compiler-options --dir --cwd --scope-dir',
  nodemon: '-w --watch -e --ext -i --ignore -d --delay -s --signal --config --cwd',
};
const aliases: Readonly<Record<string, string>> = {
  'ts-node-esm': 'ts-node',
  'ts-node-script': 'ts-node',
  'ts-node-cwd': 'ts-node',
  'ts-node-transpile-only': 'ts-node',
  'ts-node-dev': 'ts-node',
  tsnd: 'ts-node',
  'node-dev': 'nodemon',
};
/** Of the flags that a runner passes on to Node, those that people write. */
const passedOn =
  /^(-r|--require|--import|--env-file(-if-exists)?|--inspect.*|--conditions|--enable-source-maps|--max.*|--test.*)$/;

function runOf(program: string, args: readonly string[]): Run | undefined {
  if (program === 'node' || program === 'nodejs') {
    const run = parseNodeArguments(args);
    return run.script === 'inspect' ? undefined : { ...run, isDevelopment: false };
  }
  const runner = aliases[program] ?? program;
  const withValue = runners[runner]?.split(' ');
  if (withValue === undefined) return undefined;
  const own: string[] = [];
  let at = runner === 'tsx' && args[0] === 'watch' ? 1 : 0;
  for (; at < args.length && args[at]?.startsWith('-'); at += 1) {
    const word = args[at] ?? '';
    if (/^(-x|--exec|-e|--eval|-p|--print)$/.test(word) && !withValue.includes(word)) return undefined;
    const isTwoWords = withValue.includes(word) || takesValue(word);
    if (!withValue.includes(word)) own.push(...args.slice(at, isTwoWords ? at + 2 : at + 1));
    if (isTwoWords) at += 1;
  }
  const flags = parseNodeArguments(own).flags.filter(({ name }) => passedOn.test(name));
  return { flags, script: args[at], args: args.slice(at + 1), isDevelopment: true };
}

function takesValue(word: string): boolean {
  return parseNodeArguments([word, 'value']).script === undefined;
}

function splitBlanks(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
