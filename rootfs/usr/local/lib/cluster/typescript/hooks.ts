// In each worker: answers the import of a TypeScript file with what the build made of it. Node runs plain JavaScript,
// while import.meta.url, __dirname and stack traces are those of the TypeScript file.
import { readFileSync } from 'node:fs';
import {
  createRequire,
  isBuiltin,
  type LoadHookSync,
  type ResolveHookSync,
  registerHooks,
  setSourceMapsSupport,
} from 'node:module';
import { dirname, extname, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { statOf } from '../file-tree.ts';
import { type Alias, type Manifest, readManifest } from './manifest.ts';
import { aliasesFor, type Files, fileFor, fileForAlias } from './module-resolution.ts';

/** Our own files are JavaScript in the image; in tests they are TypeScript, which Node runs by itself. */
const ourFolder = new URL('..', import.meta.url).href;

/**
 * Lets this process run TypeScript. Threads and forked processes inherit it with the preload that calls this.
 * @param manifestFile what the build left; without one, everything is compiled when it is imported. Where the build
 *   found no TypeScript, imports cost next to nothing and only a .ts file, of a package for instance, is compiled
 * @param onLoad gets the URL of each module that is loaded, whatever it is written in
 */
export function installTypeScriptHooks(manifestFile?: string, onLoad?: (url: string) => void): void {
  const manifest = readManifest(manifestFile);
  const { files, aliases, errors } = manifest;
  const isAnythingBuilt = Object.keys(files).length + Object.keys(errors).length + aliases.length > 0;
  const resolve = resolveHook(files, (file) =>
    manifestFile === undefined ? onDemand().aliasesOnDemand(file) : aliasesFor(file, aliases),
  );

  let isResolving = false;
  const startResolving = () => {
    if (isResolving) return;
    isResolving = true;
    setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
    registerHooks({ resolve });
  };
  const cacheFolder = manifestFile === undefined ? undefined : dirname(manifestFile);
  registerHooks({ load: loadHook(manifest, cacheFolder, startResolving, onLoad) });
  if (manifestFile === undefined || isAnythingBuilt) startResolving();
}

/** Finds the file that TypeScript means. @param aliasesOf tells what tsconfig.json says about imports of a file */
function resolveHook(files: Manifest['files'], aliasesOf: (file: string) => readonly Alias[]): ResolveHookSync {
  const knownFiles: Files = {
    isCompiled: (path) => Object.hasOwn(files, path),
    isFile: (path) => statOf(path)?.isFile() ?? false,
  };
  const findAliased = (specifier: string, importer: string | undefined) =>
    importer === undefined || importer.includes('/node_modules/') || isBuiltin(specifier)
      ? undefined
      : fileForAlias(specifier, aliasesOf(importer), knownFiles);

  return (specifier, context, next) => {
    const request = parseRequest(specifier, context.parentURL, context.conditions.includes('require'));
    if (request === undefined) return next(specifier, context);
    const { path, importer, query, isRequire } = request;
    const file = path === undefined ? findAliased(specifier, importer) : fileFor(path, knownFiles);
    if (file === undefined) return next(specifier, context);
    const output = files[file];
    // Keys are real paths: nothing is left to resolve.
    if (output !== undefined) return { url: pathToFileURL(file).href + query, format: output[1], shortCircuit: true };
    return next(isRequire ? file : pathToFileURL(file).href + query, context);
  };
}

/**
 * Answers with what was compiled.
 * @param cacheFolder is given to the compiler of files that the build did not see
 * @param onTypeScript is called before such a file runs: its imports are to be resolved as TypeScript's
 */
function loadHook(
  { files, errors }: Manifest,
  cacheFolder: string | undefined,
  onTypeScript: () => void,
  onLoad: ((url: string) => void) | undefined,
): LoadHookSync {
  return (url, context, next) => {
    onLoad?.(url);
    // TypeScript lets a program import JSON without saying that it is JSON.
    if (context.format === 'json' && context.importAttributes?.type === undefined) {
      return next(url, { ...context, importAttributes: { ...context.importAttributes, type: 'json' } });
    }
    if (!isTypeScript(url) || !url.startsWith('file:') || url.startsWith(ourFolder)) return next(url, context);
    const path = fileURLToPath(url);
    const output = files[path];
    if (output !== undefined) {
      return { source: readFileSync(output[0], 'utf8'), format: output[1], shortCircuit: true };
    }
    const problem = errors[path];
    if (problem !== undefined) throw onDemand().importError(problem);
    onTypeScript();
    return { ...onDemand().compileOnDemand(path, cacheFolder), shortCircuit: true };
  };
}

interface ImportRequest {
  /** Absolute; undefined for a bare name, which may be an alias. */
  readonly path: string | undefined;
  /** The file that imports; undefined for an entry, of the process or of a worker thread. */
  readonly importer: string | undefined;
  readonly query: string;
  readonly isRequire: boolean;
}

/** @returns undefined for what is none of TypeScript's business */
function parseRequest(specifier: string, parentUrl: string | undefined, isRequire: boolean): ImportRequest | undefined {
  if (specifier.startsWith('node:') || !mayImportTypeScript(parentUrl)) return undefined;
  const importer = parentUrl === undefined ? undefined : fileURLToPath(parentUrl);
  const isPath = /^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier);
  if (!isPath && !specifier.startsWith('file:')) return { path: undefined, importer, query: '', isRequire };
  // import() is given URLs and require() paths, in which ?, # and % are letters like any other.
  if (isRequire && isPath) {
    const path = resolvePath(importer === undefined ? '' : dirname(importer), specifier);
    return { path, importer, query: '', isRequire };
  }
  const url = new URL(specifier, parentUrl ?? pathToFileURL('./'));
  return { path: resolvePath(fileURLToPath(url)), importer, query: url.search + url.hash, isRequire };
}

/** Packages are compiled when they are published: only TypeScript in them is ours. */
function mayImportTypeScript(parentUrl: string | undefined): boolean {
  if (parentUrl === undefined) return true;
  // Node is asked for what a tsconfig.json extends before its aliases are known: findBase() in tsconfig.ts.
  if (parentUrl.endsWith('/tsconfig.json')) return false;
  if (!parentUrl.startsWith('file:') || parentUrl.startsWith(ourFolder)) return false;
  return !parentUrl.includes('/node_modules/') || isTypeScript(parentUrl);
}

function isTypeScript(url: string): boolean {
  return /\.[cm]?tsx?(?:$|[?#])/.test(url);
}

/** Most workers never need it. Its extension is that of this file: .js in the image, .ts in tests. */
function onDemand(): typeof import('./on-demand.ts') {
  return createRequire(import.meta.url)(`./on-demand${extname(import.meta.filename)}`);
}
