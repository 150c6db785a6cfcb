// What a module exports: pure tests of shape, the most specific first. The order and each rule were learned from the real
// objects of real frameworks; tests/unit/recognise.test.ts holds them.
import type { RequestListener, Server } from 'node:http';
import net from 'node:net';
import type { FastifyInstance, FastifyPluginAsync, FastifyServerOptions } from 'fastify';
import http from '../lean-http.ts';
import { type FunctionShape, type PluginConfidence, shapeOfFunction } from './function-shape.ts';

/** An object with the web-standard `fetch`: Hono, h3, Elysia and the like, or `{ fetch }` as in Bun and Deno. */
export interface FetchHandler {
  fetch(request: Request, env?: unknown): Response | Promise<Response>;
}

/** A Nest application, before or after `init()`. */
export interface NestApplication {
  getHttpServer(): Server;
  listen(port: number): Promise<unknown>;
  close(): Promise<void>;
}

export type Recognised =
  | {
      readonly kind: 'plugin';
      readonly value: FastifyPluginAsync;
      readonly options: FastifyServerOptions;
      readonly confidence: PluginConfidence;
    }
  | { readonly kind: 'fastify'; readonly value: FastifyInstance }
  | { readonly kind: 'listener'; readonly value: RequestListener }
  | { readonly kind: 'server'; readonly value: Server }
  | { readonly kind: 'fetch'; readonly value: FetchHandler }
  | { readonly kind: 'nest'; readonly value: NestApplication }
  /** No export: the module is expected to listen by itself. */
  | { readonly kind: 'nothing' }
  /** An export that cannot be served. `why` names it, and what to write instead where that is known. */
  | { readonly kind: 'unservable'; readonly why: string };

type Namespace = Readonly<Record<string, unknown>>;

const instead: Readonly<Record<Exclude<FunctionShape['kind'], 'plugin'>, string>> = {
  listener: 'For a request listener write `export const handler = …`',
  context:
    'A handler of Hono or Koa is not the app: export the app that uses it; a request listener (req, res) is `export const handler = …`',
  event:
    'A handler of h3 is not the app: export the app that uses it; a request listener (req, res) is `export const handler = …`',
  web: 'Write `export default { fetch: … }`',
};

/** @param namespace the result of `import()` of the app's entry, an ES module or CommonJS */
export function recognise(namespace: Namespace): Recognised {
  const exported = defaultExport(namespace);
  const handler = namedExport(namespace, exported, 'handler');
  if (isFunction(handler) && !isFunction(property(exported, 'fetch')) && (isNothing(exported) || isPlain(exported))) {
    return shapeOfFunction(source(handler)).kind === 'event'
      ? unservable('`handler` takes an event: that is an AWS Lambda handler, not a request listener (req, res)')
      : { kind: 'listener', value: handler as RequestListener };
  }
  if (isNothing(exported)) {
    return isFunction(namedExport(namespace, exported, 'fetch'))
      ? unservable('`fetch` is a named export: write `export default { fetch }`')
      : { kind: 'nothing' };
  }
  if (exported instanceof http.Server) return { kind: 'server', value: exported };
  // A Fastify instance has a `then` of its own.
  if (isFunction(property(exported, 'then')) && !isFunction(property(exported, 'inject'))) {
    return unservable('the default export is a promise: write `export default await …`');
  }
  return typeof exported === 'function' ? recogniseFunction(exported, namespace) : recogniseObject(exported);
}

/**
 * @returns the named export `ready`, by which an app tells whether it is; undefined where it has none. Not a method of what
 * is exported as a whole: a Fastify instance has one of that name, which means something else.
 */
export function readyExport({ ready }: Namespace): (() => unknown) | undefined {
  return isFunction(ready) ? (ready as () => unknown) : undefined;
}

function recogniseObject(exported: unknown): Recognised {
  const has = (...names: string[]) => names.every((name) => isFunction(property(exported, name)));
  if (has('getHttpAdapter', 'init')) return { kind: 'nest', value: exported as NestApplication };
  if (has('inject', 'register', 'ready') && property(exported, 'server') instanceof net.Server) {
    return { kind: 'fastify', value: exported as FastifyInstance };
  }
  if (has('callback', 'use') && Array.isArray(property(exported, 'middleware'))) {
    const koa = exported as { callback(): RequestListener };
    return { kind: 'listener', value: koa.callback() };
  }
  if (has('fetch')) return { kind: 'fetch', value: exported as FetchHandler };
  return unservable(`the default export is ${describeExport(exported)}${remedyFor(exported)}`);
}

function recogniseFunction(exported: object, namespace: Namespace): Recognised {
  const has = (...names: string[]) => names.every((name) => isFunction(property(exported, name)));
  if (has('handle', 'use')) {
    if (!has('listen')) return unservable('the default export is an Express Router: export the app that uses it');
    return { kind: 'listener', value: exported as RequestListener };
  }
  if (has('fetch')) return { kind: 'fetch', value: exported as unknown as FetchHandler };
  const plugin = {
    kind: 'plugin' as const,
    value: exported as FastifyPluginAsync,
    options: (namedExport(namespace, exported, 'options') as FastifyServerOptions | undefined) ?? {},
    confidence: 'certain' as const,
  };
  // What fastify-plugin leaves on a function.
  if (property(exported, Symbol.for('skip-override')) || property(exported, Symbol.for('plugin-meta'))) return plugin;
  if (/^class\b/.test(source(exported))) return unservable('the default export is a class: export an instance');
  const shape = shapeOfFunction(source(exported));
  if (shape.kind !== 'plugin') {
    return unservable(
      `the default export is a function ${shape.because}, but a default function is run as a Fastify plugin (app, options). ${instead[shape.kind]}`,
    );
  }
  const { length } = exported as { length: number };
  if (length > 3)
    return unservable(`the default function takes ${length} parameters; a Fastify plugin takes (app, options)`);
  return { ...plugin, confidence: shape.confidence };
}

/** TypeScript and Babel put the default export of a CommonJS module into `default` of its exports. */
function defaultExport(namespace: Namespace): unknown {
  const exported = namespace.default;
  return property(exported, '__esModule') === true && isPlain(exported) && 'default' in exported
    ? exported.default
    : exported;
}

/** A named export, of an ES module or as a property of `module.exports`. */
function namedExport(namespace: Namespace, exported: unknown, name: string): unknown {
  if (namespace[name] !== undefined) return namespace[name];
  const commonJs = isPlain(namespace.default) ? namespace.default : exported;
  return isPlain(commonJs) && Object.hasOwn(commonJs, name) ? commonJs[name] : undefined;
}

/** `{}` is what a CommonJS module has that exports nothing. */
function isNothing(exported: unknown): boolean {
  return exported == null || (isPlain(exported) && Object.keys(exported).every((key) => key === '__esModule'));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}

function property(value: unknown, name: string | symbol): unknown {
  return value == null ? undefined : (value as Record<string | symbol, unknown>)[name];
}

function source(value: object): string {
  return Function.prototype.toString.call(value);
}

function unservable(why: string): Recognised {
  return { kind: 'unservable', why };
}

function describeExport(exported: unknown): string {
  if (typeof exported !== 'object') return `a ${typeof exported}`;
  const name = exported?.constructor?.name ?? 'object without prototype';
  const keys = Object.keys(exported ?? {}).slice(0, 5);
  return `an object (${name}) with ${keys.length === 0 ? 'no keys' : keys.join(', ')}`;
}

/** What to write for frameworks that are known not to be exported as they are. */
function remedyFor(exported: unknown): string {
  const has = (name: string) => isFunction(property(exported, name));
  if (has('handler') && has('use')) return '. Of Polka, write `export const handler = app.handler`';
  if (property(exported, 'listener') instanceof net.Server && has('route')) return '. Of hapi, call `server.start()`';
  if (property(exported, 'server') instanceof net.Server) return '. Of restify, call `server.listen()`';
  if (property(exported, 'httpServer') !== undefined && has('of')) return '. Of Socket.IO, call `httpServer.listen()`';
  return '';
}
