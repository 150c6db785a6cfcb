// What a function is for, by its parameters and by what it does with them. A minifier leaves no names, but methods keep theirs.
import { codeOf, withoutComments } from './javascript-source.ts';

export type FunctionShape =
  /** Nothing speaks against a Fastify plugin; `confidence` is what speaks for it. */
  | { readonly kind: 'plugin'; readonly confidence: PluginConfidence }
  /** `because` completes "a function …". */
  | { readonly kind: 'listener' | 'context' | 'event' | 'web'; readonly because: string };

/**
 * `certain`: it registers something, or its first parameter has the name of an instance. `possible`: it has parameters.
 * `unlikely`: it has none, and would register nothing.
 */
export type PluginConfidence = 'certain' | 'possible' | 'unlikely';

/** Of a Fastify instance, and of nothing that a handler gets. */
const instanceMethods =
  'register|addHook|decorate|decorateRequest|decorateReply|hasDecorator|hasPlugin|hasRoute|route|inject|addSchema|addContentTypeParser|removeAllContentTypeParsers|withTypeProvider|setErrorHandler|setNotFoundHandler|setValidatorCompiler|setSerializerCompiler|setReplySerializer|setSchemaErrorFormatter|addConstraintStrategy|ready|after';
/** A request has `get(name)`, too, and a context `get(key)`; a route has a path and a handler. */
const routeMethods = 'get|post|put|patch|delete|head|options|all';

const names: readonly [name: RegExp, kind: 'listener' | 'context' | 'event'][] = [
  [/^_?(req|request|incoming)$/i, 'listener'],
  [/^_?(ctx|context)$/i, 'context'],
  [/^_?(event|evt)$/i, 'event'],
];

const instanceName = /^_?(app|fastify|server|instance|api|f)$/i;

const ofResponse =
  /^(?:(?:end|write|writeHead|setHeader|flushHeaders|send|sendStatus|sendFile|json|status|render|redirect)\(|statusCode\b)/;
const ofRequest = /^(?:url|method|headers|rawHeaders|httpVersion|originalUrl|query|params)\b(?!\()/;
/** Of Koa's and Hono's. */
const ofContext =
  /^(?:(?:text|html|json|notFound|redirect|newResponse|throw|render)\(|(?:req|res|request|response|body|status|executionCtx)\b(?!\())/;

/** @param source of the function, as `Function.prototype.toString` has it */
export function shapeOfFunction(source: string): FunctionShape {
  const code = codeOf(source);
  const { parameters, end } = parametersOf(code);
  const [first = '', second = ''] = parameters;
  if (first !== '' && registersRoutes(withoutComments(source), code, first)) {
    return { kind: 'plugin', confidence: 'certain' };
  }
  const named = names.find(([name]) => name.test(first));
  if (named !== undefined) return { kind: named[1], because: `whose first parameter is \`${first}\`` };
  const body = code.slice(end);
  const ofFirst = withoutShadowing(body, first);
  const ofSecond = withoutShadowing(body, second);
  const response = usesOf(second, ofSecond).find((use) => ofResponse.test(use));
  if (response !== undefined) return { kind: 'listener', because: usage(second, response) };
  if (/\bnew Response\(|\bResponse\.(json|redirect|error)\(/.test(ofFirst)) {
    return { kind: 'web', because: 'that returns a Response' };
  }
  const isMiddleware = second === '' || new RegExp(`(?<![\\w$.])${escaped(second)}\\(\\)`).test(ofSecond);
  const context = isMiddleware ? usesOf(first, ofFirst).find((use) => ofContext.test(use)) : undefined;
  if (context !== undefined) return { kind: 'context', because: usage(first, context) };
  const request = usesOf(first, ofFirst).find((use) => ofRequest.test(use));
  if (request !== undefined) return { kind: 'listener', because: usage(first, request) };
  if (instanceName.test(first)) return { kind: 'plugin', confidence: 'certain' };
  const takesNothing = parameters.length === 0 && !/\b(this|arguments)\b/.test(body);
  return { kind: 'plugin', confidence: takesNothing ? 'unlikely' : 'possible' };
}

function usage(parameter: string, use: string): string {
  return `that uses \`${parameter}.${/^\w+/.exec(use)?.[0]}\``;
}

/** What comes after `parameter.` in the code, without blanks. */
function usesOf(parameter: string, code: string): string[] {
  if (parameter === '') return [];
  return Array.from(code.matchAll(memberOf(parameter)), ({ index, 0: text }) =>
    code.slice(index + text.length, index + text.length + 40).replace(/^(\w+)\s*/, '$1'),
  );
}

function memberOf(parameter: string): RegExp {
  return new RegExp(`(?<![\\w$.])${escaped(parameter)}\\s*\\??\\.\\s*`, 'g');
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}

/** @param text the same without comments, as far as it is of the same length */
function registersRoutes(text: string, code: string, instance: string): boolean {
  const method = new RegExp(`^(?:(${instanceMethods})|${routeMethods})\\s*(?:<[^()]*>)?\\(`);
  return Array.from(code.matchAll(memberOf(instance))).some(({ index, 0: member }) => {
    const at = index + member.length;
    const [call = '', isOfInstance] = method.exec(code.slice(at)) ?? [];
    if (call === '') return false;
    const argumentsAt = at + call.length;
    return (
      isOfInstance !== undefined ||
      /^\s*['"`][/*]/.test(text.slice(argumentsAt)) ||
      hasSecondArgument(code, argumentsAt)
    );
  });
}

function hasSecondArgument(code: string, at: number): boolean {
  return code[endOfExpression(code, at)] === ',';
}

/** @returns where the comma, the closing bracket or the semicolon is that ends what begins at `at` */
function endOfExpression(code: string, at: number): number {
  let depth = 0;
  for (let end = at; end < code.length; end += 1) {
    const character = code[end] ?? '';
    if (depth === 0 && ',;)]}'.includes(character)) return end;
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
  }
  return code.length;
}

/** @returns names, '' for a pattern; and where the function's body begins, its arrow included */
function parametersOf(code: string): { parameters: string[]; end: number } {
  const [bare, name] = /^\s*(?:async\s+)?([\w$]+)\s*(?==>)/.exec(code) ?? [];
  if (bare !== undefined && name !== undefined) return { parameters: [name], end: bare.length };
  const begin = code.indexOf('(') + 1;
  const parameters: string[] = [];
  let at = begin;
  for (; at < code.length; at += 1) {
    const end = endOfExpression(code, at);
    const parameter = code.slice(at, end).trim();
    if (parameter !== '' || code[end] === ',') parameters.push(/^(?:\.\.\.)?\s*([\w$]+)/.exec(parameter)?.[1] ?? '');
    at = end;
    if (code[end] !== ',') break;
  }
  return { parameters, end: at + 1 };
}

const innerFunction = /(?<![\w$.])(?:async\s+)?(?:(?:\(([^()]*)\)|([\w$]+))\s*=>\s*|([\w$]+)\s*\(([^()]*)\)\s*(?=\{))/g;

/** @returns the code without inner functions that have a parameter of that name: a minifier uses the same ones again */
function withoutShadowing(code: string, parameter: string): string {
  let result = code;
  for (const match of code.matchAll(innerFunction)) {
    const [text, list, bare, method = '', methodList] = match;
    const inner = (list ?? bare ?? methodList ?? '').split(/[^\w$]+/);
    if (/^(if|for|while|switch|catch|with)$/.test(method) || parameter === '' || !inner.includes(parameter)) continue;
    const begin = match.index + text.length;
    const end = code[begin] === '{' ? endOfExpression(code, begin + 1) + 1 : endOfExpression(code, begin);
    result = result.slice(0, match.index) + ' '.repeat(end - match.index) + result.slice(end);
  }
  return result;
}
