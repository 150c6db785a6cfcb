// emitDecoratorMetadata in an ES module: the types of decorated members are asked for at run time, and a type that is
// an interface does not exist then. A named import of it would fail to link; a property of the namespace is undefined,
// for which the metadata falls back to Object. https://www.typescriptlang.org/docs/handbook/decorators.html#metadata

/** An import as swc prints it: on one line. */
const importLine = /^import (?:([\w$]+)(?:, )?)?(?:\{ (.*?) \})? from (["'].*);$/gm;

/**
 * Imports that only the metadata uses are read from the namespace. Lines stay where they are, for the source map.
 * @param code compiled with metadata
 * @param withoutMetadata the same file without: it imports only what the program itself uses
 */
export function loadTypesAtRunTime(code: string, withoutMetadata: string): string {
  const used = new Set([...withoutMetadata.matchAll(importLine)].flatMap(bindingsOf).map(({ local }) => local));
  let namespaces = 0;
  return code.replace(importLine, (line, ...groups) => {
    const bindings = bindingsOf([line, ...groups]);
    const onlyTypes = bindings.filter(({ local }) => !used.has(local));
    if (onlyTypes.length === 0) return line;
    const from = groups[2] as string;
    const kept = bindings
      .filter(({ local }) => used.has(local))
      .map(({ imported, local }) => `${imported} as ${local}`);
    const namespace = `_types_${namespaces++}`;
    const names = onlyTypes.map(({ imported, local }) => `${imported}: ${local}`);
    return [
      ...(kept.length > 0 ? [`import { ${kept.join(', ')} } from ${from};`] : []),
      `import * as ${namespace} from ${from};`,
      `const { ${names.join(', ')} } = ${namespace};`,
    ].join(' ');
  });
}

interface Binding {
  readonly imported: string;
  readonly local: string;
}

function bindingsOf([, byDefault, named]: readonly (string | undefined)[]): Binding[] {
  const bindings = (named?.split(', ') ?? []).map((specifier) => {
    const [imported = '', local = imported] = specifier.split(' as ');
    return { imported, local };
  });
  return byDefault === undefined ? bindings : [{ imported: 'default', local: byDefault }, ...bindings];
}
