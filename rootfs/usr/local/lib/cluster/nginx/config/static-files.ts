// Files of STATIC_PATH: answered here, before the app gets the request.
import { prefixOf } from '../../settings/base-path.ts';
import type { Settings } from '../../settings/read.ts';
import type { NginxContext } from './context.ts';
import { hashedNames } from './hashed-names.ts';
import { block, lines, map, nginxPath, paragraphs } from './layout.ts';
import { outsideBasePath } from './outside-base-path.ts';
import { navigationMap, navigationVariable, pageLocations } from './single-page-app.ts';
import type { Shared, Topic } from './topic.ts';
import { withheldFiles } from './withheld-files.ts';

export function staticFiles(context: NginxContext): Topic {
  const { settings, hasStaticFolder } = context;
  if (!hasStaticFolder) return { locations: (shared) => locationsWithoutFiles(settings, shared) };
  return {
    http: paragraphs(
      fileMaps,
      settings.staticIndex && navigationMap,
      // In dev mode a file may be written at any moment.
      settings.mode !== 'development' && fileCache,
    ),
    locations: (shared) => locations(context, shared),
  };
}

const fileMaps = lines(
  '# A file wins over the app for GET and HEAD; anything else that is sent to its path is for the app.',
  map('$request_method', '$file_path', [
    ['default', '/.never-a-file'],
    ['GET', '$uri'],
    ['HEAD', '$uri'],
  ]),
  '# A file with a hash in its name never changes; for others the browser asks whether there is a new version.',
  map('$uri', '$file_cache_control', [
    ['default', 'no-cache'],
    ...hashedNames.map((pattern) => [`~${pattern}`, '"public, max-age=31536000, immutable"'] as const),
  ]),
);

const fileCache = lines(
  '# Which files exist, and which do not, is cached for a second.',
  'open_file_cache max=2000 inactive=60s;',
  'open_file_cache_valid 1s;',
  'open_file_cache_errors on;',
);

function locationsWithoutFiles(settings: Settings, { passToApp }: Shared): string {
  const prefix = prefixOf(settings);
  return lines(block(`location ${prefix}/`, passToApp()), outsideBasePath(prefix));
}

function locations(context: NginxContext, shared: Shared): string {
  const { staticUrl, staticIndex } = context.settings;
  const prefix = prefixOf(context.settings);
  const filesUrl = `${prefix}${staticUrl === '/' ? '' : staticUrl}`;
  const appLocation = staticIndex ? navigationVariable : '@app';
  return paragraphs(
    lines(
      '# A file of the static folder wins; the app gets the rest.',
      folderLocation(context.settings.staticPath, filesUrl, appLocation),
      filesUrl !== prefix && block(`location ${prefix}/`, `try_files /.never-a-file ${appLocation};`),
      outsideBasePath(prefix),
    ),
    withheldFiles(context, prefix, filesUrl),
    block('location @app', shared.passToApp()),
    staticIndex && pageLocations(context, shared),
  );
}

/** @param appLocation the named location, or a variable with its name, that gets a request without a file */
function folderLocation(staticPath: string, filesUrl: string, appLocation: string): string {
  const content = lines(
    `try_files $file_path $file_path/index.html ${appLocation};`,
    '# Compressed beforehand: app.js.br, app.js.gz.',
    'brotli_static on;',
    'gzip_static on;',
    '# A symbolic link is followed only to a file of the same owner.',
    `disable_symlinks if_not_owner ${nginxPath(`from=${staticPath}`)};`,
    'charset utf-8;',
    '# Not add_header, which would drop the headers of the server.',
    'more_set_headers -s "200 206 304" "Cache-Control: $file_cache_control";',
  );
  if (filesUrl === '') return block('location /', lines(`root ${nginxPath(staticPath)};`, content));
  // Slashes at both ends: without the first, /static../ would lead out of the folder.
  return block(`location ${filesUrl}/`, lines(`alias ${nginxPath(`${staticPath}/`)};`, content));
}
