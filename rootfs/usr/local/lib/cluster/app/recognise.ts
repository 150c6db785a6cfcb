// What a module has to offer: pure tests of shape on its exports.
import type { FastifyPluginAsync, FastifyServerOptions } from 'fastify';

export type Recognised =
  | { readonly kind: 'plugin'; readonly plugin: FastifyPluginAsync; readonly options: FastifyServerOptions }
  /** Nothing is exported: the module is expected to listen by itself. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly found: string };

/** @param namespace what `import()` of the app's entry gave */
export function recognise(namespace: Readonly<Record<string, unknown>>): Recognised {
  const exported = unwrap(namespace.default);
  if (isNothing(exported)) return { kind: 'nothing' };
  if (typeof exported === 'function') {
    return {
      kind: 'plugin',
      plugin: exported as FastifyPluginAsync,
      options: (namespace.options as FastifyServerOptions | undefined) ?? {},
    };
  }
  return {
    kind: 'unknown',
    found: `the default export is ${typeof exported === 'object' ? 'an object' : `a ${typeof exported}`}`,
  };
}

/** TypeScript and Babel put the default export of a CommonJS module into `default` of its exports. */
function unwrap(exported: unknown): unknown {
  return isObject(exported) && exported.__esModule === true && 'default' in exported ? exported.default : exported;
}

/** `{}` is what a CommonJS module has that exports nothing. */
function isNothing(exported: unknown): boolean {
  return (
    exported === undefined ||
    exported === null ||
    (isObject(exported) && Object.keys(exported).every((key) => key === '__esModule'))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
