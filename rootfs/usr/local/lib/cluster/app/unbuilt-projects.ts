// Projects whose sources are for a bundler, the browser's entry among them: they run once they are built.
import { dirname, join, resolve } from 'node:path';
import { appFolder } from '../paths.ts';
import { type Folder, findAll } from './app-folder.ts';
import { codeOf, withoutComments } from './javascript-source.ts';
import type { PackageJson } from './package-json.ts';

export interface UnbuiltProject {
  readonly framework: string;
  /** Files of which there is one in such a project, relative to /app, `*` for any part of a name. */
  readonly files?: readonly string[];
  /** Packages of which package.json names one. */
  readonly dependencies?: readonly string[];
  /** What its build needs, so that it is a server for Node. */
  readonly condition?: string;
  /** What comes of the build. */
  readonly result: string;
}

const isFound = (file: string) => `${file} is found then`;
const isStaticSite = (folder: string) =>
  `what it writes is files for nginx (STATIC_PATH=/app/${folder}, STATIC_INDEX=on), and an app beside them answers the rest`;

/** The first that fits: a framework goes before the tools that it is made of. */
export const unbuiltProjects: readonly UnbuiltProject[] = [
  { framework: 'Nuxt', files: ['nuxt.config.*'], result: isFound('.output/server/index.mjs') },
  { framework: 'Nitro', files: ['nitro.config.*'], result: isFound('.output/server/index.mjs') },
  {
    framework: 'Next.js',
    dependencies: ['next'],
    condition: "with `output: 'standalone'` in next.config",
    result: isFound('.next/standalone/server.js'),
  },
  {
    framework: 'SvelteKit',
    dependencies: ['@sveltejs/kit'],
    condition: 'with @sveltejs/adapter-node',
    result: isFound('build/index.js'),
  },
  {
    framework: 'Astro',
    dependencies: ['astro'],
    condition: 'with @astrojs/node in standalone mode',
    result: isFound('dist/server/entry.mjs'),
  },
  { framework: 'Analog', dependencies: ['@analogjs/platform'], result: isFound('dist/analog/server/index.mjs') },
  {
    framework: 'React Router',
    dependencies: ['@react-router/serve'],
    result: `${isFound('build/server/index.js')}, and served by react-router-serve`,
  },
  {
    framework: 'Remix',
    dependencies: ['@remix-run/serve'],
    result: `${isFound('build/server/index.js')}, and served by remix-serve`,
  },
  {
    framework: 'Qwik',
    dependencies: ['@builder.io/qwik-city', '@qwik.dev/router'],
    condition: 'with an adapter for Node (`npm run qwik add`)',
    result: isFound('server/entry.express.js'),
  },
  {
    framework: 'TanStack Start',
    dependencies: ['@tanstack/react-start', '@tanstack/solid-start', '@tanstack/vue-start'],
    result: isFound('dist/server/server.js, or .output/server/index.mjs with Nitro,'),
  },
  { framework: 'SolidStart', dependencies: ['@solidjs/start'], result: isFound('.output/server/index.mjs') },
  { framework: 'AdonisJS', files: ['adonisrc.ts'], result: isFound('build/bin/server.js') },
  {
    framework: 'Angular',
    files: ['angular.json'],
    condition: 'with server-side rendering (`ng add @angular/ssr`)',
    result: isFound('dist/NAME/server/server.mjs'),
  },
  { framework: 'Create React App', dependencies: ['react-scripts'], result: isStaticSite('build') },
  { framework: 'Vue CLI', dependencies: ['@vue/cli-service'], result: isStaticSite('dist') },
  { framework: 'Vite', dependencies: ['vite'], files: ['index.html'], result: isStaticSite('dist') },
];

/** @returns the framework whose sources are in /app; undefined where there are none that are known */
export function findUnbuiltProject(folder: Folder, { dependencies }: PackageJson): UnbuiltProject | undefined {
  const isThere = (file: string) => findAll(folder, join(appFolder, file)).length > 0;
  return unbuiltProjects.find(
    (project) =>
      (project.dependencies?.some((name) => dependencies.includes(name)) ?? true) &&
      (project.files?.some(isThere) ?? true),
  );
}

/** Packages that run in a browser, or in what a bundler has made of them. */
const bundledPackages =
  /^(react-dom\/client|@angular\/.*|@builder\.io\/qwik.*|@qwik\.dev\/.*|@tanstack\/\w+-start(\/.*)?|virtual:.*)$/;
const bundledFiles =
  /\.(css|scss|sass|less|styl|vue|svelte|astro|svg|png|jpe?g|gif|webp|avif|woff2?|eot)(\?\w+)?$|\?(raw|url|inline|worker)$/;
/** Imports are at the top: a server in one file may have megabytes. */
const importsWithin = 65_536;
const imports = /(?<=^|[;\n}]\s*)(?:import|export)\b(?!\s+type\b)\s*(?:[\w*{}\s,$]*?\bfrom\s*)?['"]([^'"\n]+)['"]/g;

/**
 * @param path of a file that has the name of an app's entry, absolute
 * @returns whether it is a bundler's input: a page refers to it, or it imports what Node cannot load
 */
export function isBundlerInput(folder: Folder, path: string): boolean {
  const pages = [appFolder, dirname(path)].map((each) => join(each, 'index.html'));
  if (pages.some((page) => scriptsOf(page, folder.read(page)).includes(path))) return true;
  const head = (folder.read(path) ?? '').slice(0, importsWithin);
  // Most files end here, before their comments and texts are told from their code.
  return importsBundled(head, head) && importsBundled(withoutComments(head), codeOf(head));
}

/** @param code of the same length, in which a text has no `import` */
function importsBundled(source: string, code: string): boolean {
  return Array.from(source.matchAll(imports)).some(
    ({ index, 1: specifier = '' }) =>
      /^(im|ex)port/.test(code.slice(index, index + 6)) &&
      (bundledPackages.test(specifier) || bundledFiles.test(specifier)),
  );
}

/** Absolute paths of the scripts of a page in /app. */
function scriptsOf(page: string, html: string | undefined): string[] {
  if (html === undefined) return [];
  return Array.from(html.matchAll(/<script\b[^>]*\bsrc\s*=\s*["']?([^"'\s>?#]+)/gi), ([, source = '']) =>
    source.startsWith('/') ? join(appFolder, source) : resolve(dirname(page), source),
  );
}
