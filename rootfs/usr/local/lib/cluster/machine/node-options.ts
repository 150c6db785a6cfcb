// NODE_OPTIONS of the container: what Node refuses in it, and the debugger that it asks for. The rest is the app's.
// https://nodejs.org/api/cli.html#node_optionsoptions
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';
import { appFolder } from '../paths.ts';
import { type NodeArguments, type NodeFlag, parseNodeArguments } from './node-flags.ts';

/** `--inspect`, `--inspect-wait`, `--inspect-brk`: opened by worker 0, whichever process that is by now. */
export interface Debugger {
  readonly host: string;
  readonly port: number;
  /** The app starts when a debugger is attached; with `break`, it is stopped right before the app. */
  readonly waits: 'no' | 'wait' | 'break';
}

const preloadFlag = /^(-r|--require|--import|--loader|--experimental-loader)$/;
const inspectorFlag = /^--(inspect(-brk|-wait|-port|-publish-uid)?|debug-port)$/;
/** Flags that Node allows, but with which a worker cannot run: with what happens and the remedy. */
const unfitFlags: readonly (readonly [RegExp, string])[] = [
  [
    /^--watch(-path|-preserve-output|-kill-signal)?$/,
    'runs the app in a process that nginx does not reach. Remove it; `docker run -v .:/app IMAGE dev` restarts the app when a file changes.',
  ],
  [
    /^--(experimental-)?permission$/,
    "keeps Node from the image's own files and from starting a worker. Remove it; `--read-only` and `--user` limit the container.",
  ],
  [/^--no-(experimental-)?require-module$/, "keeps Node from loading the image's own files into a worker. Remove it."],
];

/**
 * Separates the words as Node does: by spaces; a quoted word may have some, and a backslash in it escapes.
 * @returns the words without their quotes; an empty one is none
 */
export function splitNodeOptions(text: string): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"?|[^ "])+/g) ?? [];
  return words
    .map((word) => word.replace(/"((?:\\.|[^"\\])*)"?/g, (_, quoted: string) => quoted.replace(/\\(.)/g, '$1')))
    .filter((word) => word !== '');
}

function flagsOf(text: string): readonly NodeFlag[] {
  const collect = ({ flags, args }: NodeArguments): readonly NodeFlag[] =>
    args.length === 0 ? flags : [...flags, ...collect(parseNodeArguments(args))];
  return collect(parseNodeArguments(splitNodeOptions(text)));
}

/** @param nodeOptions the variable NODE_OPTIONS */
export function debuggerOf(nodeOptions: string): Debugger | undefined {
  let found: Debugger = { host: '127.0.0.1', port: 9229, waits: 'no' };
  let isWanted = false;
  for (const { name, value = '' } of flagsOf(nodeOptions)) {
    if (!/^--(inspect(-brk|-wait|-port)?|debug-port)$/.test(name)) continue;
    isWanted ||= !name.endsWith('port');
    const waits = name === '--inspect-brk' ? 'break' : name === '--inspect-wait' ? 'wait' : found.waits;
    found = { ...found, ...parseAddress(value), waits };
  }
  return isWanted ? found : undefined;
}

/** @param text `host`, `port`, `host:port` or `[address]:port` */
function parseAddress(text: string): Partial<Debugger> {
  if (/^\d+$/.test(text)) return { port: Number(text) };
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return {
    ...(host === '' ? {} : { host: host.replace(/^\[|\]$/g, '') }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/** Without the debugger, which a process that inherits the rest must not open, too. */
export function withoutDebugger(nodeOptions: string): string {
  if (debuggerOf(nodeOptions) === undefined) return nodeOptions;
  return flagsOf(nodeOptions)
    .filter(({ name }) => !inspectorFlag.test(name))
    .flatMap(({ words }) => words.map(quoteWord))
    .join(' ');
}

function quoteWord(word: string): string {
  return /[ "]/.test(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : word;
}

/** @returns without the sizes of the heap that NODE_OPTIONS has, too: in a command line, they would go before it */
export function withoutHeapOf(nodeOptions: string, flags: readonly string[]): readonly string[] {
  const names = new Set(flagsOf(nodeOptions).map(({ name }) => name.replace(/-percentage$/, '')));
  return flags.filter((flag) => !/^--max-(old|semi)-space-size=/.test(flag) || !names.has(flag.split('=', 1)[0] ?? ''));
}

/**
 * Asks Node, which takes some 5 ms; nothing where the variable is not set.
 * @throws ClusterError NODE_OPTIONS_REFUSED, NODE_OPTIONS_UNFIT
 */
export function checkNodeOptions(nodeOptions = ''): void {
  if (nodeOptions.trim() === '') return;
  const { status, stderr } = spawnSync(process.execPath, ['--version'], {
    env: { NODE_OPTIONS: nodeOptions },
    encoding: 'utf8',
  });
  const [reason = ''] = stderr.trim().split('\n');
  if (status !== 0) throw errors.nodeOptionsRefused(reason.replace(/^(\S*node|Error): /, ''));
  const flags = flagsOf(nodeOptions);
  for (const { name, words } of flags) {
    const [, problem] = unfitFlags.find(([pattern]) => pattern.test(name)) ?? [];
    if (problem !== undefined) throw errors.nodeOptionsUnfit(words.join(' '), problem);
  }
}

/**
 * What Node would end a worker for, with a stack. Asked after prestart, which may write such a file.
 * @param folder that the paths of preloads are relative to
 * @throws ClusterError NODE_OPTIONS_UNFIT for a preload that is not there
 */
export function checkPreloads(nodeOptions = '', folder: string = appFolder): void {
  const problem = findMissingPreload(flagsOf(nodeOptions), folder);
  if (problem !== undefined) throw errors.nodeOptionsUnfit(problem.flag, `${problem.what}. Correct or remove it.`);
}

/** @returns the first flag that loads what is not there, and the rest of the sentence that begins with it */
export function findMissingPreload(
  flags: readonly NodeFlag[],
  folder: string,
): { readonly flag: string; readonly what: string } | undefined {
  const missing = flags.find(({ name, value }) => {
    return value !== undefined && preloadFlag.test(name) && !isThere(value, folder);
  });
  return (
    missing && {
      flag: missing.words.join(' '),
      what: `names what is not there: a file is looked for from ${folder}, a package in ${folder}/node_modules`,
    }
  );
}

/** @returns true also where only Node itself can say */
function isThere(preload: string, folder: string): boolean {
  if (/^(\.{0,2}\/|file:\/\/)/.test(preload)) {
    const path = preload.startsWith('file:') ? fileURLToPath(preload) : resolve(folder, preload);
    // --require completes names.
    return ['', '.js', '.cjs', '.json', '.node', '.ts', '.cts'].some((extension) => existsSync(path + extension));
  }
  const [, packageName] = /^((?:@[\w.-]+\/)?[\w.-]+)(?:\/|$)/.exec(preload) ?? [];
  if (packageName === undefined || isBuiltin(preload) || process.env.NODE_PATH !== undefined) return true;
  const folders = [folder, dirname(folder)].map((each) => join(each, 'node_modules', packageName));
  return folders.some((each) => existsSync(each)) || isOwnName(packageName, folder);
}

/** A package may import itself by its name. */
function isOwnName(packageName: string, folder: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === packageName;
  } catch {
    return false;
  }
}
