// What frameworks have built for browsers: files with a hash in their names, which nginx sends itself. Each layout is known by
// marks of its own; what is in these folders is public, and what is not found in them is for the app.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FrameworkAssets {
  readonly framework: string;
  readonly url: string;
  readonly path: string;
  /** The folder also has pages, which are the app's: only files with a hash in their names are sent. */
  readonly onlyHashed: boolean;
}

interface Layout {
  readonly framework: string;
  /** Files and folders, relative to the app's, all of which there are. */
  readonly marks: readonly string[];
  /** @returns where its assets are in URLs, and in the app's folder */
  readonly assets: (root: string) => readonly (readonly [url: string, folder: string])[];
  readonly onlyHashed?: boolean;
}

const layouts: readonly Layout[] = [
  {
    framework: 'Next',
    marks: ['.next/BUILD_ID', '.next/static'],
    assets: (root) => [[`${nextBasePath(root)}/_next/static`, '.next/static']],
  },
  {
    framework: 'Nuxt',
    marks: ['.output/server/index.mjs', '.output/public/_nuxt'],
    assets: () => [['/_nuxt', '.output/public/_nuxt']],
  },
  {
    framework: 'SvelteKit',
    marks: ['build/handler.js', 'build/client'],
    // Its `paths.base` is a part of the path.
    assets: (root) =>
      globSync('build/client/{,*/,*/*/,*/*/*/}_app/immutable', { cwd: root }).map((folder) => [
        folder.slice('build/client'.length),
        folder,
      ]),
  },
  {
    framework: 'Astro',
    marks: ['dist/server/entry.mjs', 'dist/client/_astro'],
    assets: () => [['/_astro', 'dist/client/_astro']],
  },
  {
    framework: 'React Router',
    marks: ['build/server/index.js', 'build/client/assets'],
    assets: () => [['/assets', 'build/client/assets']],
  },
  {
    framework: 'Angular',
    marks: ['dist/{,*/}server/server.mjs', 'dist/{,*/}browser'],
    // Its hashed files are beside its pages.
    assets: (root) => globSync('dist/{,*/}browser', { cwd: root }).map((folder) => ['/', folder]),
    onlyHashed: true,
  },
];

/** @param root the app's folder @returns none where two builds of a framework are there, of which one may be another app's */
export function findFrameworkAssets(root: string): readonly FrameworkAssets[] {
  return layouts.flatMap(({ framework, marks, assets, onlyHashed = false }) => {
    if (!marks.every((mark) => globSync(mark, { cwd: root }).length > 0)) return [];
    const found = assets(root);
    if (new Set(found.map(([url]) => url)).size < found.length) return [];
    return found
      .map(([url, folder]) => ({ framework, url, path: join(root, folder), onlyHashed }))
      .filter(({ url, path }) => isPlain(url) && isPlain(path) && !existsSync(join(path, 'package.json')));
  });
}

/** What nginx's configuration can hold, as the settings demand it of paths. */
function isPlain(path: string): boolean {
  return /^\/[A-Za-z0-9._~@()+, /-]*$/.test(path);
}

/** `basePath` of next.config, as the build has written it. */
function nextBasePath(root: string): string {
  try {
    const { basePath } = JSON.parse(readFileSync(join(root, '.next/routes-manifest.json'), 'utf8')) as {
      basePath?: unknown;
    };
    return typeof basePath === 'string' && /^(\/[A-Za-z0-9._~-]+)*$/.test(basePath) ? basePath : '';
  } catch {
    return '';
  }
}
