// What tsconfig.json says about how its files are compiled and what their imports mean.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { getTsconfig } from 'get-tsconfig';
import type { Alias } from './manifest.ts';

/** The options that change what is compiled; all others are about checking. */
export interface CompilerOptions {
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

export interface TypeScriptConfiguration {
  readonly options: CompilerOptions;
  readonly aliases: readonly Alias[];
}

interface RawOptions extends CompilerOptions {
  readonly baseUrl?: string;
  readonly paths?: Readonly<Record<string, readonly string[]>>;
}

interface Raw {
  readonly options: RawOptions;
  /** What relative targets of `paths` are relative to. */
  readonly pathsFolder: string;
}

/**
 * Reads the nearest tsconfig.json, in `folder` or above.
 * @param warn is told, in one line, of a configuration that can be followed only in part
 */
export function readConfiguration(folder: string, warn: (line: string) => void): TypeScriptConfiguration {
  const { options, pathsFolder } = readNearest(folder, warn);
  return { options: relevantOf(options), aliases: aliasesOf(options, pathsFolder) };
}

function readNearest(folder: string, warn: (line: string) => void): Raw {
  try {
    const found = getTsconfig(folder);
    const options = (found?.config.compilerOptions ?? {}) as RawOptions;
    const tsconfigFolder = found === null ? folder : dirname(found.path);
    return { options, pathsFolder: resolve(tsconfigFolder, options.baseUrl ?? inheritedFrom(options) ?? '.') };
  } catch {
    // `extends` names what is not installed, often a development dependency: the rest of the file still holds.
    const file = nearestFile(folder);
    try {
      return readWithoutMissing(file, warn);
    } catch (error) {
      warn(`${file}: ${(error as Error).message}. Compiling without it.`);
      return { options: {}, pathsFolder: dirname(file) };
    }
  }
}

/** get-tsconfig's note of the folder of the extended file that `paths` came from. */
function inheritedFrom(options: RawOptions): string | undefined {
  const symbol = Object.getOwnPropertySymbols(options).find(({ description }) => description === 'implicitBaseUrl');
  return symbol === undefined ? undefined : (options as Record<symbol, string>)[symbol];
}

function nearestFile(folder: string): string {
  const file = join(folder, 'tsconfig.json');
  return existsSync(file) || dirname(folder) === folder ? file : nearestFile(dirname(folder));
}

function readWithoutMissing(file: string, warn: (line: string) => void): Raw {
  const { extends: bases = [], compilerOptions = {} } = parseJsonWithComments(readFileSync(file, 'utf8'));
  let merged: Raw = { options: {}, pathsFolder: dirname(file) };
  for (const name of [bases].flat()) {
    const base = findBase(file, name);
    if (base === undefined) {
      warn(`${file}: "extends" names ${name}, which is not installed. Compiling without it.`);
      continue;
    }
    const { options, pathsFolder } = readWithoutMissing(base, warn);
    merged = {
      options: { ...merged.options, ...options },
      pathsFolder: options.paths === undefined ? merged.pathsFolder : pathsFolder,
    };
  }
  const own = compilerOptions as RawOptions;
  const baseUrl = own.baseUrl === undefined ? merged.options.baseUrl : resolve(dirname(file), own.baseUrl);
  return {
    options: { ...merged.options, ...own, ...(baseUrl === undefined ? {} : { baseUrl }) },
    pathsFolder: baseUrl ?? (own.paths === undefined ? merged.pathsFolder : dirname(file)),
  };
}

function findBase(file: string, name: string): string | undefined {
  const isPath = /^\.{0,2}\//.test(name);
  const requireFromFile = createRequire(file);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    if (isPath && candidate === name && !name.endsWith('.json')) continue; // may be a folder
    try {
      return requireFromFile.resolve(candidate);
    } catch {}
  }
  return undefined;
}

/** JSON with comments and trailing commas. Strings are matched first, so that nothing inside them is taken for either. */
function parseJsonWithComments(text: string): { extends?: string | string[]; compilerOptions?: unknown } {
  const withoutComments = text.replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, '$1');
  return JSON.parse(withoutComments.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, '$1').replace(/^\uFEFF/, ''));
}

function relevantOf(options: RawOptions): CompilerOptions {
  const { target, jsx, jsxFactory, jsxFragmentFactory, jsxImportSource } = options;
  const { experimentalDecorators, emitDecoratorMetadata, useDefineForClassFields } = options;
  const { verbatimModuleSyntax, esModuleInterop } = options;
  const relevant = {
    ...{ target: target?.toLowerCase(), jsx, jsxFactory, jsxFragmentFactory, jsxImportSource },
    ...{ experimentalDecorators, emitDecoratorMetadata, useDefineForClassFields },
    ...{ verbatimModuleSyntax, esModuleInterop },
  };
  return Object.fromEntries(Object.entries(relevant).filter(([, value]) => value !== undefined));
}

/** The order is TypeScript's: exact names, then the longest prefix; `baseUrl` itself comes last. */
function aliasesOf({ paths = {}, baseUrl }: RawOptions, pathsFolder: string): Alias[] {
  const aliases = Object.entries(paths).map(([pattern, targets]): Alias => {
    const [prefix = '', suffix = null] = pattern.split('*');
    return [prefix, suffix, targets.map((target) => resolve(pathsFolder, target))];
  });
  aliases.sort((a, b) => Number(b[1] === null) - Number(a[1] === null) || b[0].length - a[0].length);
  if (baseUrl !== undefined) aliases.push(['', '', [join(pathsFolder, '*')]]);
  return aliases;
}
