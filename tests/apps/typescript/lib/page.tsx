// biome-ignore lint/correctness/noUnusedVariables: what the JSX below is compiled to
const h = (tag: string, _properties: unknown, ...children: unknown[]): string =>
  `<${tag}>${children.join('')}</${tag}>`;

export const page = (name: string) => <p>Hello {name}</p>;
