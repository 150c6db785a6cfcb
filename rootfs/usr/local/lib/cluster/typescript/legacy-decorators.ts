// A legacy class decorator may return another class, and then the class's name means that one, also inside its body.
// swc 1.16 keeps the undecorated class there: `@replace class A { make() { return new A(); } }` makes the wrong one.
// https://www.typescriptlang.org/docs/handbook/decorators.html#class-decorators

/**
 * Takes the name of decorated classes out of their own scope, so that their bodies see the binding around them, which
 * is what the decorator's result is assigned to. Lines stay where they are, for the source map.
 * @param code as swc prints it
 */
export function letDecoratorsReplaceClasses(code: string): string {
  let result = code;
  for (const [, name = ''] of code.matchAll(/^ *([\w$]+) = _ts_decorate\(\[/gm)) {
    const pattern = name.replaceAll('$', '\\$');
    const opening = new RegExp(
      `^( *)(export (?:default )?)?(?:let ${pattern} = )?class ${pattern}( extends [^\\n{]+)? \\{`,
      'gm',
    );
    result = result.replace(opening, (whole, indentation, exported = '', heritage = '') => {
      if (!isWhole(heritage)) return whole;
      const declared =
        exported === 'export default ' ? `let ${name}; export { ${name} as default };` : `${exported}let ${name};`;
      // The block comes first: static fields may use the name before a decorator has run.
      return `${indentation}${declared} ${name} = class${heritage} { static { ${name} = this; }`;
    });
  }
  return result;
}

/** False if the brace that follows does not open the body: `extends class {`, `extends mixin({`. */
function isWhole(heritage: string): boolean {
  return !/\bclass\b/.test(heritage) && heritage.split('(').length === heritage.split(')').length;
}
