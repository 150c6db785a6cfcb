// A plugin of Stryker's: which mutants are not worth a test, in rooms that ask for it by name, and why.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** What is needed here of a node of Babel's syntax tree. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  readonly expressions?: readonly Node[];
  readonly right?: Node;
  readonly consequent?: Node;
  readonly alternate?: Node;
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'sentences', {
    shouldIgnore: (path) =>
      isSentence((path as { node: Node }).node)
        ? 'Text for people: a test that repeats it would prove nothing. What a message must name is tested.'
        : undefined,
  }),
  declareValuePlugin(PluginKind.Ignore, 'comments', {
    shouldIgnore: (path) =>
      choosesComment((path as { node: Node }).node)
        ? 'Whether a comment is in nginx.conf: tests do not read comments.'
        : undefined,
  }),
];

/** `isSet && '# A comment'`, or one comment or another. */
function choosesComment({ type, right, consequent, alternate }: Node): boolean {
  if (type === 'LogicalExpression') return isComment(right);
  return type === 'ConditionalExpression' && isComment(consequent) && isComment(alternate);
}

function isComment(node: Node | undefined): boolean {
  return node?.type === 'StringLiteral' && String(node.value).startsWith('# ');
}

/** Two words or more. A template that computes what it says is code, and stays in. */
function isSentence({ type, value, quasis = [], expressions = [] }: Node): boolean {
  if (type === 'StringLiteral') return hasWords(String(value));
  if (type !== 'TemplateLiteral') return false;
  return hasWords(quasis.map((part) => part.value.raw).join('x')) && expressions.every(isName);
}

function hasWords(text: string): boolean {
  return /\p{L}.* .*\p{L}/su.test(text);
}

function isName({ type }: Node): boolean {
  return type === 'Identifier' || type === 'MemberExpression';
}
