// `cluster build`: compiles the TypeScript of /app into the image, so that no start has to.
import { prebuiltTypeScript } from '../paths.ts';
import { compileInto } from '../typescript/compile-app.ts';
import type { Command } from './command.ts';

export const buildCommand: Command = {
  help: 'compiles the TypeScript of /app: `RUN cluster build` in a Dockerfile saves it at each start',
  run: () => compileInto(prebuiltTypeScript),
};
