// Files of STATIC_PATH: answered here, before the app is asked.
import type { Settings } from '../../settings/read.ts';
import type { NginxContext } from './context.ts';
import { errorPageDirectives } from './error-pages.ts';
import { block, lines, map, paragraphs, quoted, quotedPath, type Shared, type Topic } from './layout.ts';

/**
 * Names that change with what is in the file: a hash that bundlers put into them. A false hit would be kept for a year, a miss
 * costs one question: so a hash must have digits and letters, and what could be a word counts only where bundlers write.
 */
export const hashedNames: readonly string[] = [
  // Whole folders: Next, Nuxt, Astro, SvelteKit.
  '/(_next/static|_nuxt|_astro|_app/immutable)/',
  // Hexadecimal: webpack, Create React App, Parcel. main.3f9a0c1d.js
  '[._-](?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}\\.[a-z0-9.]+$',
  // Base 32 in capitals: esbuild, Angular. styles-5INURTSO.css
  '[._-](?=[A-Z2-7]*[2-7])(?=[A-Z2-7]*[A-Z])[A-Z2-7]{8}\\.[a-z0-9.]+$',
  // Base 64, eight long: Vite, Rollup. assets/index-DiwrgT4a.js
  '/assets/([^/]+/)*[^/]*[.-](?=[\\w-]*[0-9])(?=[\\w-]*[A-Z])(?=[\\w-]*[a-z])[\\w-]{8}\\.[a-z0-9.]+$',
];

/** What a folder with a package.json holds besides what is for browsers. Scripts, too: nobody can tell one from the other. */
const sources = [
  '/(node_modules|nginx)/',
  '\\.([cm]?[jt]sx?|map|ya?ml|toml|lockb?|lock|sql|sh|pem|key|conf|log|md)$',
  '/(package|package-lock|npm-shrinkwrap|[jt]sconfig[^/]*|deno|biome|components|composer)\\.jsonc?$',
  '/(Dockerfile|Containerfile|Makefile|Procfile)[^/]*$',
];

/** A location's content that leaves a path to the app, whatever lies in the folder. */
const leaveToApp = 'try_files /.never-a-file @app;';

export function staticFiles(context: NginxContext): Topic {
  const { settings, hasStaticFolder } = context;
  if (!hasStaticFolder) {
    const prefix = prefixOf(settings);
    return { locations: ({ askApp }) => lines(block(`location ${prefix}/`, askApp), elsewhere(prefix)) };
  }
  const isDevelopment = settings.mode === 'development';
  return {
    http: paragraphs(
      lines(
        '# A file wins over the app for GET and HEAD; anything else that is sent to its path is for the app.',
        map('$request_method', '$file_path', [
          ['default', '/.never-a-file'],
          ['GET', '$uri'],
          ['HEAD', '$uri'],
        ]),
        '# Names with a hash in them never mean another file; of others the browser asks whether there is a new one.',
        map('$uri', '$file_cache_control', [
          ['default', 'no-cache'],
          ...hashedNames.map((pattern) => [`~${pattern}`, '"public, max-age=31536000, immutable"'] as const),
        ]),
      ),
      settings.staticIndex &&
        lines(
          '# Who asks for a page: a browser that navigates asks for HTML before anything else.',
          map('"$request_method $http_accept"', '$app_location', [
            ['default', '@app'],
            ['~^(GET|HEAD) text/html', '@navigation'],
          ]),
        ),
      // In dev mode a file may be written at any moment.
      !isDevelopment &&
        lines(
          '# What is in the folder, and what is not, is remembered for a second.',
          'open_file_cache max=2000 inactive=60s;',
          'open_file_cache_valid 1s;',
          'open_file_cache_errors on;',
        ),
    ),
    locations: (shared) => locations(context, shared),
  };
}

/** BASE_PATH before what follows it: nothing where it is `/`. */
export function prefixOf({ basePath }: Pick<Settings, 'basePath'>): string {
  return basePath === '/' ? '' : basePath;
}

/** A regular expression for the beginning of paths below the prefix. */
function within(prefix: string): string {
  return prefix === '' ? '' : `^${escaped(prefix)}(?=/).*`;
}

export function escaped(path: string): string {
  return path.replace(/[.~]/g, '\\$&');
}

/** What does not lie below BASE_PATH. */
function elsewhere(prefix: string): string | false {
  return (
    prefix !== '' &&
    lines(
      '# The app lies below BASE_PATH, and nowhere else.',
      block(`location = ${prefix}`, `return 308 ${prefix}/$is_args$args;`),
      block('location /', 'return 404;'),
    )
  );
}

function locations(context: NginxContext, { askApp, headersOfReplacedAnswer }: Shared): string {
  const { staticPath, staticUrl, staticIndex } = context.settings;
  const prefix = prefixOf(context.settings);
  const filesUrl = `${prefix}${staticUrl === '/' ? '' : staticUrl}`;
  const isEverywhere = filesUrl === '';
  const appLocation = staticIndex ? '$app_location' : '@app';
  const answer = lines(
    `try_files $file_path $file_path/index.html ${appLocation};`,
    '# Compressed beforehand: app.js.br, app.js.gz.',
    'brotli_static on;',
    'gzip_static on;',
    '# A link may only lead to what belongs to the same user as itself.',
    `disable_symlinks if_not_owner ${quotedPath(`from=${staticPath}`)};`,
    'charset utf-8;',
    '# Not add_header, which would drop the headers of the server.',
    'more_set_headers -s "200 206 304" "Cache-Control: $file_cache_control";',
  );
  return paragraphs(
    lines(
      '# A file of the static folder wins; the app gets the rest.',
      isEverywhere
        ? block('location /', lines(`root ${quotedPath(staticPath)};`, answer))
        : // Slashes at both ends: without the first, /static../ would lead out of the folder.
          block(`location ${filesUrl}/`, lines(`alias ${quotedPath(`${staticPath}/`)};`, answer)),
      filesUrl !== prefix && block(`location ${prefix}/`, `try_files /.never-a-file ${appLocation};`),
      elsewhere(prefix),
    ),
    lines(
      "# Hidden files are never served; what such a path means is the app's business.",
      block(`location ~ ${within(prefix)}/\\.(?!well-known/)`, leaveToApp),
    ),
    context.hasSources &&
      lines(
        '# The folder has the sources of the app in it, too.',
        block(`location ~* "${within(prefix)}(${sources.join('|')})"`, leaveToApp),
      ),
    context.strayLinks.length > 0 &&
      lines(
        '# Links that lead out of the folder.',
        ...context.strayLinks.flatMap((link) => {
          const url = `${filesUrl}/${link}`;
          return [
            block(`location = ${quoted(url)}`, leaveToApp),
            block(`location ^~ ${quoted(`${url}/`)}`, leaveToApp),
          ];
        }),
      ),
    block('location @app', askApp),
    staticIndex &&
      lines(
        "# A page that the app does not know either is one of the single-page app's: its index.html answers, with 200.",
        block(
          'location @navigation',
          lines('proxy_intercept_errors on;', 'error_page 404 =200 @index;', errorPageDirectives(context, 404), askApp),
        ),
        block(
          'location @index',
          lines(
            `root ${quotedPath(staticPath)};`,
            '# Asked again each time: it names the assets of the newest release.',
            'more_set_headers "Cache-Control: no-cache";',
            headersOfReplacedAnswer,
            'try_files /index.html =404;',
          ),
        ),
      ),
  );
}
