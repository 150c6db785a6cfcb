// `cluster build`: compiles the TypeScript of /app into the image, so that no start has to.

import { prebuiltTypeScript } from '../paths.ts';
import { compileInto } from '../typescript/compile-app.ts';

export async function build(): Promise<number> {
  return compileInto(prebuiltTypeScript);
}
