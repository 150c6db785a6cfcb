// One TypeScript file in, JavaScript and its source map out. Syntax is all that is looked at; checking types is for tsc.
import { createHash } from 'node:crypto';
import { createRequire, SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { Options, Output as SwcOutput } from '@swc/core';
import { importError, syntaxErrorOf } from './compile-error.ts';
import { letDecoratorsReplaceClasses } from './legacy-decorators.ts';
import type { ModuleFormat } from './manifest.ts';
import { loadTypesAtRunTime } from './metadata.ts';
import type { Project } from './project.ts';
import type { CompilerOptions } from './tsconfig.ts';

export interface Compiled {
  readonly code: string;
  /** A source map, version 3, as JSON. */
  readonly map: string;
  readonly format: ModuleFormat;
}

/** Counts up when the same source compiles to something else. */
const version = 1;

// Its native part takes 15 ms to load: only when there is something to compile.
const require = createRequire(import.meta.url);
const loadSwc = (): typeof import('@swc/core') => require('@swc/core');
const swcVersion: string = require('@swc/core/package.json').version;

/** A name for the result: the same for the same source at the same place under the same options. */
export function keyOf(file: string, source: string, { packageType, options }: Project): string {
  const inputs = JSON.stringify([version, swcVersion, file, packageType, options]);
  return createHash('sha256').update(inputs).update('\0').update(source).digest('hex').slice(0, 40);
}

/** @throws SyntaxError whose message is the place, what is wrong and the line: to be shown as it is */
export function compile(file: string, source: string, { packageType, options }: Project): Compiled {
  const required = requiredFormat(file, packageType);
  if (required === 'module') return compileModule(file, source, options);
  if (required === 'commonjs') {
    const compiled = compileAs('commonjs', file, source, options);
    const problem = problemAsCommonJs(compiled.code);
    if (problem === undefined) return compiled;
    throw importError(
      `${file}:${sourceLineOf(problem, compiled)}: ${problem.message}. This file is a CommonJS module; if it is meant to be an ES module, name it .mts or set "type": "module" in package.json`,
    );
  }
  // Without `type`: CommonJS, unless the file uses what only an ES module can, import.meta or `await` at top level.
  const compiled = compileAs('commonjs', file, source, options, { preserveImportMeta: true });
  return problemAsCommonJs(compiled.code) === undefined ? compiled : compileModule(file, source, options);
}

function requiredFormat(file: string, packageType: ModuleFormat | undefined): ModuleFormat | undefined {
  if (file.endsWith('.mts')) return 'module';
  if (file.endsWith('.cts')) return 'commonjs';
  return packageType;
}

function compileModule(file: string, source: string, options: CompilerOptions): Compiled {
  const compiled = compileAs('module', file, source, options);
  if (!options.experimentalDecorators || !options.emitDecoratorMetadata || !source.includes('@')) return compiled;
  const withoutMetadata = compileAs('module', file, source, { ...options, emitDecoratorMetadata: false });
  return { ...compiled, code: loadTypesAtRunTime(compiled.code, withoutMetadata.code) };
}

function compileAs(
  format: ModuleFormat,
  file: string,
  source: string,
  options: CompilerOptions,
  moduleOptions: object = {},
): Compiled {
  let output: SwcOutput;
  try {
    output = loadSwc().transformSync(source, swcOptions(format, file, options, moduleOptions));
  } catch (error) {
    throw syntaxErrorOf(file, source, (error as Error).message);
  }
  refuseRemainingDecorators(file, output.code);
  const code = options.experimentalDecorators ? letDecoratorsReplaceClasses(output.code) : output.code;
  const { sourcesContent, ...map } = JSON.parse(output.map ?? '{}');
  return { code, map: JSON.stringify({ ...map, sources: [pathToFileURL(file).href] }), format };
}

function swcOptions(format: ModuleFormat, file: string, options: CompilerOptions, moduleOptions: object): Options {
  const isModern = options.target === undefined || /^es(next|202[2-9])$/.test(options.target);
  return {
    filename: file,
    sourceMaps: true,
    configFile: false,
    swcrc: false,
    isModule: true,
    jsc: {
      // The newest of which swc compiles everything that Node 26 lacks: with esnext it leaves `accessor` as it is.
      target: 'es2024',
      keepClassNames: true,
      parser: { syntax: 'typescript', tsx: file.endsWith('x'), decorators: true },
      experimental: { keepImportAttributes: true },
      transform: {
        ...(options.experimentalDecorators
          ? { legacyDecorator: true, decoratorMetadata: options.emitDecoratorMetadata ?? false }
          : { decoratorVersion: '2023-11' as never }), // missing in swc's types
        verbatimModuleSyntax: options.verbatimModuleSyntax ?? false,
        useDefineForClassFields: options.useDefineForClassFields ?? isModern,
        react: jsxOptions(options),
      },
    },
    module: {
      ...{ type: format === 'module' ? 'nodenext' : 'commonjs', ignoreDynamic: true },
      // As tsc does: without esModuleInterop `import * as f from 'f'` is what the package exports, also a function.
      noInterop: options.esModuleInterop === false,
      // Lets an ES module import the names that a CommonJS module exports.
      exportInteropAnnotation: true,
      ...moduleOptions,
    } as Options['module'] & object,
  };
}

function jsxOptions({ jsx, jsxImportSource, jsxFactory, jsxFragmentFactory }: CompilerOptions) {
  return {
    runtime: jsx === 'react' ? ('classic' as const) : ('automatic' as const),
    development: jsx === 'react-jsxdev',
    ...(jsxImportSource === undefined ? {} : { importSource: jsxImportSource }),
    ...(jsxFactory === undefined ? {} : { pragma: jsxFactory }),
    ...(jsxFragmentFactory === undefined ? {} : { pragmaFrag: jsxFragmentFactory }),
  };
}

interface Problem {
  readonly message: string;
  /** In the compiled code, from 1. */
  readonly line: number;
}

/** Asks V8 whether this runs as a CommonJS module: swc prints `await` and import.meta as they are. */
function problemAsCommonJs(code: string): Problem | undefined {
  const body = code.replace(/^#!.*/, '');
  const problem = problemOf(`(function (exports, require, module, __filename, __dirname) {${body}\n})`);
  if (problem !== undefined || !/\bawait\b/.test(body)) return problem;
  // In a function, `await (f())` calls a function named await; in a static block the word is reserved.
  const outside = problemOf(`(class { static {${body}\n} })`);
  return outside && { ...outside, message: '`await` outside of an async function' };
}

function problemOf(script: string): Problem | undefined {
  try {
    new Script(script, { filename: 'script' });
    return undefined;
  } catch (error) {
    const { message, stack = '' } = error as Error;
    return { message, line: Number(/^script:(\d+)/.exec(stack)?.[1] ?? 1) };
  }
}

function sourceLineOf({ line }: Problem, { code, map }: Compiled): number {
  const text = code.split('\n')[line - 1] ?? '';
  const entry = new SourceMap(JSON.parse(map)).findEntry(line - 1, text.search(/\S|$/));
  return 'originalLine' in entry ? entry.originalLine + 1 : 1;
}

/** swc 1.16 leaves decorators that it cannot compile where they are, each at the start of a line. */
function refuseRemainingDecorators(file: string, code: string): void {
  if (!/^\s*@[\w(]/m.test(code)) return;
  try {
    loadSwc().parseSync(code, { syntax: 'ecmascript', target: 'es2024' });
  } catch {
    throw importError(
      `${file}: has a decorator that cannot be compiled. Decorators of parameters need "experimentalDecorators": true in the compilerOptions of tsconfig.json; a decorator of an \`accessor\` needs it to be off.`,
    );
  }
}
