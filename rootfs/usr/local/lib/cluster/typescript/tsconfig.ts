// What a tsconfig.json says about how its files are compiled and what their imports mean.
// https://www.typescriptlang.org/tsconfig/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { statOf } from '../file-tree.ts';
import type { Alias } from './manifest.ts';

/** The options that change what is compiled; all others are about checking. */
export interface CompilerOptions {
  /** In lower case, as `jsx` is. */
  readonly target?: string;
  readonly jsx?: string;
  readonly jsxFactory?: string;
  readonly jsxFragmentFactory?: string;
  readonly jsxImportSource?: string;
  readonly experimentalDecorators?: boolean;
  readonly emitDecoratorMetadata?: boolean;
  readonly useDefineForClassFields?: boolean;
  readonly verbatimModuleSyntax?: boolean;
  readonly esModuleInterop?: boolean;
}

/** What this room uses of a tsconfig.json and the files that it extends. */
export interface TypeScriptConfiguration {
  readonly options: CompilerOptions;
  readonly aliases: readonly Alias[];
}

/** As the files have them. */
interface DeclaredOptions extends CompilerOptions {
  /** Absolute. */
  readonly baseUrl?: string | null;
  readonly paths?: Readonly<Record<string, readonly string[]>> | null;
  /** The folder of the file that declares `paths`: its targets are relative to it where there is no `baseUrl`. */
  readonly pathsFolder?: string;
}

/** Is told, in one line, of a file that can be followed only in part. */
type Warn = (line: string) => void;

/**
 * Reads a tsconfig.json with what it extends.
 * @returns what can be followed: `extends` may name a development dependency, which is not installed in production
 */
export function readTsconfig(file: string, warn: Warn): TypeScriptConfiguration {
  try {
    const options = readOptions(file, warn);
    return { options: relevantOf(options), aliases: aliasesOf(options) };
  } catch (error) {
    warn(unusable(file, error));
    return { options: {}, aliases: [] };
  }
}

function unusable(file: string, error: unknown): string {
  // What JSON.parse says quotes the file, with its line ends.
  return `${file}: ${(error as Error).message.replace(/\s+/g, ' ')}. Compiling without it.`;
}

/** @param extendedBy the files that lead to this one, the project's tsconfig.json first */
function readOptions(file: string, warn: Warn, extendedBy: readonly string[] = []): DeclaredOptions {
  const folder = dirname(file);
  const own = parseTsconfig(readFileSync(file, 'utf8'), dirname(extendedBy[0] ?? file));
  const chain = [...extendedBy, file];
  const inherited = {};
  for (const name of [own.extends ?? []].flat()) {
    const base = findBase(name, file);
    if (base === undefined || chain.includes(base)) {
      const problem = base === undefined ? 'is not installed' : 'extends this file';
      warn(`${file}: "extends" names ${name}, which ${problem}. Compiling without it.`);
      continue;
    }
    try {
      Object.assign(inherited, readOptions(base, warn, chain));
    } catch (error) {
      warn(unusable(base, error));
    }
  }
  const { baseUrl, paths } = own.compilerOptions ?? {};
  return {
    ...inherited,
    ...own.compilerOptions,
    ...(baseUrl ? { baseUrl: resolve(folder, baseUrl) } : {}),
    ...(paths ? { pathsFolder: folder } : {}),
  };
}

/** @returns the file that `extends` means by a path, or by the name of a package or of a file in one */
function findBase(name: string, file: string): string | undefined {
  if (/^\.{0,2}(?:\/|$)/.test(name)) {
    const path = resolve(dirname(file), name);
    return [path, `${path}.json`, join(path, 'tsconfig.json')].find((candidate) => statOf(candidate)?.isFile());
  }
  // By this name the hooks know who asks, whatever the file is called.
  const require = createRequire(join(dirname(file), 'tsconfig.json'));
  const find = (candidate: string): string | undefined => {
    try {
      return require.resolve(candidate);
    } catch {
      return undefined;
    }
  };
  const packageJson = find(`${name}/package.json`);
  const main = packageJson && JSON.parse(readFileSync(packageJson, 'utf8')).tsconfig;
  // `main` of a package is JavaScript.
  return [name, `${name}.json`, `${name}/${main ?? 'tsconfig.json'}`]
    .map(find)
    .find((found) => found?.endsWith('.json'));
}

interface Tsconfig {
  readonly extends?: string | readonly string[] | null;
  readonly compilerOptions?: DeclaredOptions | null;
}

/**
 * JSON with comments and trailing commas, which become spaces, so that errors name the right place. Strings are matched
 * first: nothing inside them is taken for either.
 * @param configDir what the text means by `${configDir}`
 */
function parseTsconfig(text: string, configDir: string): Tsconfig {
  const blank = (all: string, string?: string) => string ?? all.replace(/\S/g, ' ');
  const json = text
    .replace(/^\uFEFF/, ' ')
    .replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, blank)
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, blank);
  if (json.trim() === '') return {};
  return JSON.parse(json, (_key, value) =>
    typeof value === 'string' ? value.replace(/^\$\{configDir\}/, () => configDir) : value,
  );
}

function relevantOf(options: DeclaredOptions): CompilerOptions {
  const { jsxFactory, jsxFragmentFactory, jsxImportSource, experimentalDecorators, emitDecoratorMetadata } = options;
  const { useDefineForClassFields, verbatimModuleSyntax, esModuleInterop } = options;
  const relevant = {
    target: options.target?.toLowerCase(),
    jsx: options.jsx?.toLowerCase(),
    ...{ jsxFactory, jsxFragmentFactory, jsxImportSource, experimentalDecorators, emitDecoratorMetadata },
    ...{ useDefineForClassFields, verbatimModuleSyntax, esModuleInterop },
  };
  // null takes back what an extended file says.
  return Object.fromEntries(Object.entries(relevant).filter(([, value]) => (value ?? undefined) !== undefined));
}

/** The order is TypeScript's: exact names, then the longest prefix; `baseUrl` itself comes last. */
function aliasesOf({ paths, pathsFolder = '/', baseUrl }: DeclaredOptions): Alias[] {
  const aliases = Object.entries(paths ?? {}).map(([pattern, targets]): Alias => {
    const [prefix = '', suffix = null] = pattern.split('*');
    return [prefix, suffix, targets.map((target) => resolve(baseUrl ?? pathsFolder, target))];
  });
  aliases.sort((a, b) => Number(b[1] === null) - Number(a[1] === null) || b[0].length - a[0].length);
  if (baseUrl) aliases.push(['', '', [join(baseUrl, '*')]]);
  return aliases;
}
