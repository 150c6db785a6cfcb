// What frameworks write when a project is built: known by marks of their own, so that no other app is taken for one.
import { join } from 'node:path';
import { appFolder } from '../paths.ts';
import { type Folder, findAll } from './app-folder.ts';
import { type PackageJson, parsePackageJson } from './package-json.ts';
import { serveCommands } from './start-script.ts';

export interface BuildOutput {
  readonly framework: string;
  /** What is run, relative to /app. `*` is any one name. */
  readonly file: string;
  /** What else is there beside it, by the same name for `*`. Each has to be. */
  readonly marks: readonly string[];
  /** Packages of which package.json has to name one. */
  readonly dependencies?: readonly string[];
  /** The command of the framework's that serves the file. */
  readonly servedBy?: string;
  /** What is missing where `path` is not there: said once, in the log. */
  readonly note?: { readonly path: string; readonly text: string };
}

/** First match first. tests/unit/build-outputs.test.ts has one of each. */
export const buildOutputs: readonly BuildOutput[] = [
  // https://nitro.build/deploy/runtimes/node; Nuxt, SolidStart, TanStack Start and Analog build with it
  { framework: 'Nitro (Nuxt, SolidStart, TanStack Start)', file: '.output/server/index.mjs', marks: [] },
  // https://analogjs.org/docs/features/deployment/overview
  { framework: 'Analog', file: 'dist/analog/server/index.mjs', marks: ['dist/analog/public'] },
  // https://svelte.dev/docs/kit/adapter-node
  { framework: 'SvelteKit', file: 'build/index.js', marks: ['build/handler.js', 'build/client', 'build/server'] },
  // https://docs.astro.build/en/guides/integrations-guide/node/; with mode `middleware` it exports a request listener
  { framework: 'Astro', file: 'dist/server/entry.mjs', marks: ['dist/client'] },
  // https://angular.dev/guide/ssr
  { framework: 'Angular', file: 'dist/*/server/server.mjs', marks: ['dist/*/browser'] },
  // https://nextjs.org/docs/app/api-reference/config/next-config-js/output; it changes to its own folder by itself
  ...['', '*/', '*/*/'].map((folder) => ({
    framework: 'Next.js',
    file: `.next/standalone/${folder}server.js`,
    marks: [`.next/standalone/${folder}.next`],
    note: {
      path: `.next/standalone/${folder}.next/static`,
      text: 'is not there, and with it the scripts of its pages: copy .next/static to it',
    },
  })),
  // https://reactrouter.com/start/framework/deploying
  ...['react-router-serve', 'remix-serve'].map((servedBy) => ({
    framework: servedBy === 'remix-serve' ? 'Remix' : 'React Router',
    file: 'build/server/index.js',
    marks: ['build/client'],
    servedBy,
  })),
  // Its classic compiler, until 2.
  { framework: 'Remix', file: 'build/index.js', marks: ['public/build'], servedBy: 'remix-serve' },
  // https://qwik.dev/docs/deployments/node/
  ...['express', 'fastify', 'node-server'].flatMap((server) =>
    ['js', 'mjs'].map((extension) => ({
      framework: 'Qwik',
      file: `server/entry.${server}.${extension}`,
      marks: ['dist/q-manifest.json'],
    })),
  ),
  // https://tanstack.com/start/latest/docs/framework/react/guide/hosting, without Nitro: exports `{ fetch }`
  {
    framework: 'TanStack Start',
    file: 'dist/server/server.js',
    marks: ['dist/client'],
    dependencies: ['@tanstack/react-start', '@tanstack/solid-start', '@tanstack/vue-start'],
  },
  // https://docs.adonisjs.com/guides/getting-started/deployment
  { framework: 'AdonisJS', file: 'build/bin/server.js', marks: ['build/ace.js'] },
  // https://docs.nestjs.com/cli/monorepo; dist/main.js is among the usual names
  { framework: 'Nest', file: 'dist/src/main.js', marks: ['nest-cli.json'] },
  { framework: 'Nest', file: 'dist/apps/*/main.js', marks: ['nest-cli.json'] },
];

export interface FoundOutput {
  readonly output: BuildOutput;
  /** What is run, absolute: the build, or the command that serves it. */
  readonly entry: string;
  /** For the command: the build. */
  readonly args: readonly string[];
  readonly notes: readonly string[];
}

/** @returns every build output in /app, the first to choose first; several of one row where `*` fits several names */
export function findBuildOutputs(folder: Folder, { dependencies }: PackageJson): FoundOutput[] {
  return buildOutputs.flatMap((output) => {
    if (output.dependencies !== undefined && !output.dependencies.some((name) => dependencies.includes(name)))
      return [];
    const command = output.servedBy === undefined ? undefined : serveCommandFile(folder, output.servedBy);
    if (output.servedBy !== undefined && command === undefined) return [];
    return findAll(folder, join(appFolder, output.file)).flatMap((file) => {
      const near = nearby(output.file, file.slice(appFolder.length + 1));
      if (!folder.isFile(file) || !output.marks.every((mark) => isThere(folder, near(mark)))) return [];
      const { note } = output;
      const notes = note === undefined || isThere(folder, near(note.path)) ? [] : [`${near(note.path)} ${note.text}`];
      return command === undefined
        ? { output, entry: file, args: [], notes }
        : { output, entry: command, args: [`./${output.file}`], notes };
    });
  });
}

/** @param command such as `react-router-serve` @returns the file that it runs, of the app's own packages */
export function serveCommandFile(folder: Folder, command: string): string | undefined {
  const packageFolder = join(appFolder, 'node_modules', serveCommands[command] ?? command);
  const file = parsePackageJson(folder.read(join(packageFolder, 'package.json'))).commands[command];
  const path = file === undefined ? undefined : join(packageFolder, file);
  return path !== undefined && folder.isFile(path) ? path : undefined;
}

/** @returns a function that gives a path of the same row the names for which `*` stands in `file` */
function nearby(pattern: string, file: string): (path: string) => string {
  const parts = pattern.split('/');
  const names = file.split('/').filter((_, position) => parts[position] === '*');
  return (path) => {
    let star = 0;
    return path.replaceAll('*', () => names[star++] ?? '');
  };
}

function isThere(folder: Folder, path: string): boolean {
  return findAll(folder, join(appFolder, path)).length > 0;
}
