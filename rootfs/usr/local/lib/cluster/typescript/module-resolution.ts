// Which file TypeScript means by the path of an import. Decides; the file system is asked through `Files`.
import type { Alias, AliasScope } from './manifest.ts';

export interface Files {
  /** Is it one of the compiled TypeScript files? Asked first, since it costs nothing. */
  isCompiled(path: string): boolean;
  isFile(path: string): boolean;
}

/** What an import that ends in .js may stand for. */
const sourcesOf: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const typeScriptEndings = ['.ts', '.tsx', '.mts', '.cts', '/index.ts', '/index.tsx'];
const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.json', '/index.ts', '/index.tsx', '/index.js'];

/** @returns the file, TypeScript before JavaScript of the same name; undefined leaves it to Node */
export function fileFor(path: string, files: Files): string | undefined {
  if (files.isCompiled(path)) return path;
  const exists = (candidate: string) => files.isCompiled(candidate) || files.isFile(candidate);

  const [extension = ''] = /\.[cm]?jsx?$/.exec(path) ?? [];
  const stem = path.slice(0, path.length - extension.length);
  const source = sourcesOf[extension]?.map((ending) => stem + ending).find(exists);
  if (source !== undefined) return source;

  const compiled = typeScriptEndings.map((ending) => path + ending).find(files.isCompiled);
  if (compiled !== undefined) return compiled;
  if (files.isFile(path)) return path;
  return endings.map((ending) => path + ending).find(files.isFile);
}

/** The aliases of the innermost folder with a tsconfig.json around `file`. */
export function aliasesFor(file: string, scopes: readonly AliasScope[]): readonly Alias[] {
  return scopes.find(([folder]) => file.startsWith(folder))?.[1] ?? [];
}

/** @returns the file that the first alias with an existing target leads to */
export function fileForAlias(specifier: string, aliases: readonly Alias[], files: Files): string | undefined {
  for (const [prefix, suffix, targets] of aliases) {
    if (!matches(specifier, prefix, suffix)) continue;
    const star = suffix === null ? '' : specifier.slice(prefix.length, specifier.length - suffix.length);
    for (const target of targets) {
      const file = fileFor(
        target.replace('*', () => star),
        files,
      );
      if (file !== undefined) return file;
    }
  }
  return undefined;
}

function matches(specifier: string, prefix: string, suffix: string | null): boolean {
  if (suffix === null) return specifier === prefix;
  return (
    specifier.length >= prefix.length + suffix.length && specifier.startsWith(prefix) && specifier.endsWith(suffix)
  );
}
