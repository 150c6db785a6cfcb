// Files of STATIC_PATH: answered here, before the app gets the request.
import { prefixOf } from '../../settings/base-path.ts';
import type { Settings } from '../../settings/read.ts';
import type { NginxContext, StaticFolder } from './context.ts';
import { hashedNames } from './hashed-names.ts';
import { block, lines, nginxPath, paragraphs, volatileMap } from './layout.ts';
import { outsideBasePath } from './outside-base-path.ts';
import { appLocationOf, navigationMap, pageLocations } from './single-page-app.ts';
import { urlOf } from './static-urls.ts';
import type { Shared, Topic } from './topic.ts';
import { divertUpgrades } from './websockets.ts';
import { withheldFiles } from './withheld-files.ts';

export function staticFiles(context: NginxContext): Topic {
  const { settings, folders } = context;
  // In dev mode a file may be written at any moment.
  const cache = settings.mode !== 'development' && fileCache;
  if (folders.length === 0) {
    return { http: lines(cache), locations: (shared) => locationsWithoutFiles(settings, shared) };
  }
  return {
    http: paragraphs(fileMaps, settings.staticIndex && navigationMap, cache),
    locations: (shared) => locations(context, shared),
  };
}

const fileMaps = lines(
  '# A file wins over the app for GET and HEAD; anything else that is sent to its path is for the app.',
  '# Evaluated again (volatile) where nginx goes on with another URI, as for an error page.',
  volatileMap('$request_method', '$file_path', [
    ['default', '/.never-a-file'],
    ['GET', '$uri'],
    ['HEAD', '$uri'],
  ]),
  '# Which file a URL without a slash at its end may have below it, which then leads to the URL with one.',
  volatileMap('"$request_method $uri"', '$folder_page', [
    ['default', '/.never-a-file'],
    ['~^(GET|HEAD) .*[^/]$', '/index.html'],
  ]),
  '# A file with a hash in its name never changes; for others the browser asks whether there is a new version.',
  volatileMap('$uri', '$file_cache_control', [
    ['default', 'no-cache'],
    ...hashedNames.map((pattern) => [`~${pattern}`, '"public, max-age=31536000, immutable"'] as const),
  ]),
);

const fileCache = lines(
  '# Which files exist, and which do not, is cached for a second. Also the one that says: maintenance.',
  'open_file_cache max=2000 inactive=60s;',
  'open_file_cache_valid 1s;',
  'open_file_cache_errors on;',
);

function locationsWithoutFiles(settings: Settings, { passToApp }: Shared): string {
  const prefix = prefixOf(settings);
  return lines(block(`location ${prefix}/`, lines(divertUpgrades, passToApp())), outsideBasePath(prefix));
}

function locations(context: NginxContext, shared: Shared): string {
  const { folders, settings } = context;
  const prefix = prefixOf(settings);
  const appLocation = appLocationOf(context);
  const hasRoot = folders.some(({ url, onlyHashed }) => url === '/' && !onlyHashed);
  return paragraphs(
    lines(
      '# A file of a static folder wins; the app gets the rest.',
      ...folders
        .filter(({ onlyHashed }) => !onlyHashed)
        .map((folder) => folderLocations(folder, urlOf(folder, prefix), appLocation)),
      !hasRoot && block(`location ${prefix}/`, lines(divertUpgrades, `try_files /.never-a-file ${appLocation};`)),
      outsideBasePath(prefix),
    ),
    withheldFiles(context, prefix),
    ...folders.filter(({ onlyHashed }) => onlyHashed).map((folder) => hashedLocation(folder, appLocation)),
    block('location @app', shared.passToApp()),
    settings.staticIndex && pageLocations(context, shared),
  );
}

/** Only where there are such pages at the start: each request pays for it. */
const redirectToFolder = lines(
  '# The links of a folder’s page are relative to its URL with a slash: /docs leads to /docs/.',
  block(
    'if (-f $request_filename$folder_page)',
    '# Where try_files does not reach, that is what nginx does with a folder: after it has asked for a password.',
  ),
);

/**
 * @param filesUrl where its files are in URLs, empty for the root
 * @param appLocation the named location, or a variable with its name, that gets a request without a file
 */
function folderLocations(folder: StaticFolder, filesUrl: string, appLocation: string): string {
  const { path, url, hasIndex, hasFolderPages } = folder;
  const content = lines(
    divertUpgrades,
    hasFolderPages && redirectToFolder,
    `try_files $file_path $file_path/index.html ${appLocation};`,
    sending(folder),
  );
  if (filesUrl === '') return block('location /', lines(`root ${nginxPath(path)};`, content));
  return lines(
    // Slashes at both ends: without the first, /static../ would lead out of the folder.
    block(`location ${filesUrl}/`, lines(`alias ${nginxPath(`${path}/`)};`, content)),
    // BASE_PATH itself leads to its URL with a slash anyway.
    hasIndex && url !== '/' && block(`location = ${filesUrl}`, `return 301 ${filesUrl}/$is_args$args;`),
  );
}

/** Of a folder with more in it: the files with a hash in their names alone (Angular). */
function hashedLocation(folder: StaticFolder, appLocation: string): string {
  return lines(
    `# ${folder.path}: files with a hash in their names.`,
    block(
      `location ~ "${hashedNames.slice(1).join('|')}"`,
      lines(`root ${nginxPath(folder.path)};`, `try_files $file_path ${appLocation};`, sending(folder)),
    ),
  );
}

/** How a file is sent. */
function sending({ path }: StaticFolder): string {
  return lines(
    '# Compressed beforehand: app.js.br, app.js.gz.',
    'brotli_static on;',
    'gzip_static on;',
    '# A symbolic link is followed only to a file of the same owner.',
    `disable_symlinks if_not_owner ${nginxPath(`from=${path}`)};`,
    'charset utf-8;',
    '# Not add_header, which would drop the headers of the server.',
    'more_set_headers -s "200 206 301 304" "Cache-Control: $file_cache_control";',
  );
}
