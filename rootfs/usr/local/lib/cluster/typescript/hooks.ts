// In each worker: answers the import of a TypeScript file with what the build made of it. Node runs plain JavaScript,
// while import.meta.url, __dirname and stack traces are those of the TypeScript file.
import { readFileSync, statSync } from 'node:fs';
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
import { importError } from './explain.ts';
import { type Alias, readManifest } from './manifest.ts';
import { aliasesFor, type Files, fileFor, fileForAlias } from './resolve.ts';

/** Our own files are JavaScript in the image; in tests they are TypeScript, which Node runs by itself. */
const ourFolder = new URL('..', import.meta.url).href;

/**
 * Lets this process run TypeScript. Threads and forked processes inherit it with the preload that calls this.
 * @param manifestFile what the build left; without one, everything is compiled when it is imported. Where the build
 *   found no TypeScript, imports cost next to nothing and only a .ts file, of a package for instance, is compiled
 */
export function installTypeScriptHooks(manifestFile?: string): void {
  const { files, aliases, errors } = readManifest(manifestFile);
  const cacheFolder = manifestFile === undefined ? undefined : dirname(manifestFile);
  const isAnythingBuilt = Object.keys(files).length + Object.keys(errors).length + aliases.length > 0;
  const knownFiles: Files = { isCompiled: (path) => Object.hasOwn(files, path), isFile };
  const aliasesOf = (file: string): readonly Alias[] =>
    manifestFile === undefined ? onDemand().aliasesOnDemand(file) : aliasesFor(file, aliases);

  let resolvesTypeScript = false;
  const resolveTypeScript = () => {
    if (resolvesTypeScript) return;
    resolvesTypeScript = true;
    setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
    registerHooks({ resolve });
  };

  const resolve: ResolveHookSync = (specifier, context, next) => {
    const wanted = read(specifier, context.parentURL, context.conditions.includes('require'));
    if (wanted === undefined) return next(specifier, context);
    const file = wanted.path === undefined ? aliased(specifier, wanted.parent) : fileFor(wanted.path, knownFiles);
    if (file === undefined) return next(specifier, context);
    const output = files[file];
    // Keys are real paths: nothing is left to resolve.
    if (output !== undefined) {
      return { url: pathToFileURL(file).href + wanted.query, format: output[1], shortCircuit: true };
    }
    return next(wanted.isRequire ? file : pathToFileURL(file).href + wanted.query, context);
  };

  const aliased = (specifier: string, parent: string | undefined) =>
    parent === undefined || parent.includes('/node_modules/') || isBuiltin(specifier)
      ? undefined
      : fileForAlias(specifier, aliasesOf(parent), knownFiles);

  const load: LoadHookSync = (url, context, next) => {
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
    if (problem !== undefined) throw importError(problem);
    resolveTypeScript();
    return { ...onDemand().compileOnDemand(path, cacheFolder), shortCircuit: true };
  };

  registerHooks({ load });
  if (manifestFile === undefined || isAnythingBuilt) resolveTypeScript();
}

interface Wanted {
  /** Absolute; undefined for a bare name, which may be an alias. */
  readonly path: string | undefined;
  readonly parent: string | undefined;
  readonly query: string;
  readonly isRequire: boolean;
}

/** @returns undefined for what is none of TypeScript's business */
function read(specifier: string, parentUrl: string | undefined, isRequire: boolean): Wanted | undefined {
  if (specifier.startsWith('node:') || !isOurs(parentUrl)) return undefined;
  // An entry, of the process or of a worker thread, has no parent.
  const parent = parentUrl === undefined ? undefined : fileURLToPath(parentUrl);
  const isPath = /^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier);
  if (!isPath && !specifier.startsWith('file:')) return { path: undefined, parent, query: '', isRequire };
  // import() is given URLs and require() paths, in which ?, # and % are letters like any other.
  if (isRequire && isPath) {
    return { path: resolvePath(parent === undefined ? '' : dirname(parent), specifier), parent, query: '', isRequire };
  }
  const url = new URL(specifier, parentUrl ?? pathToFileURL('./'));
  return { path: resolvePath(fileURLToPath(url)), parent, query: url.search + url.hash, isRequire };
}

/** Packages are compiled when they are published: only TypeScript in them is ours. */
function isOurs(parentUrl: string | undefined): boolean {
  if (parentUrl === undefined) return true;
  if (!parentUrl.startsWith('file:') || parentUrl.startsWith(ourFolder)) return false;
  return !parentUrl.includes('/node_modules/') || isTypeScript(parentUrl);
}

function isTypeScript(url: string): boolean {
  return /\.[cm]?tsx?(?:$|[?#])/.test(url);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Its extension is that of this file: .js in the image, .ts in tests. */
function onDemand(): typeof import('./on-demand.ts') {
  return createRequire(import.meta.url)(`./on-demand${extname(import.meta.filename)}`);
}
