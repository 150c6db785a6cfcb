// Files of STATIC_PATH that nginx never serves: the app gets the request.
import type { NginxContext, StaticFolder } from './context.ts';
import { block, lines, nginxString, paragraphs, urlPathPattern } from './layout.ts';
import { urlOf } from './static-urls.ts';

/** What a folder with a package.json holds besides what is for browsers. Scripts, too: nobody can tell one from the other. */
const sources = [
  '/(node_modules|nginx)/',
  '\\.([cm]?[jt]sx?|map|ya?ml|toml|lockb?|lock|sql|sh|pem|key|conf|log|md)$',
  '/(package|package-lock|npm-shrinkwrap|[jt]sconfig[^/]*|deno|biome|components|composer)\\.jsonc?$',
  '/(Dockerfile|Containerfile|Makefile|Procfile)[^/]*$',
];

/** The beginning of a regular expression for what is below a URL path. */
function below(path: string): string {
  return path === '' ? '' : `^${urlPathPattern(path)}(?=/).*`;
}

/** A location's content that passes a path to the app, whatever lies in the folder. */
const passToAppOnly = 'try_files /.never-a-file @app;';

/** @param prefix BASE_PATH, empty where everything lies below it @returns locations */
export function withheldFiles({ folders }: Pick<NginxContext, 'folders'>, prefix: string): string {
  return paragraphs(
    lines(
      '# Hidden files are never served: the app gets the request.',
      block(`location ~ ${below(prefix)}/\\.(?!well-known/)`, passToAppOnly),
    ),
    ...folders.map((folder) => withheldFilesOf(folder, urlOf(folder, prefix))),
  );
}

/** @param filesUrl where the folder's files are in URLs, empty for the root */
function withheldFilesOf({ hasSources, strayLinks }: StaticFolder, filesUrl: string): string {
  return paragraphs(
    hasSources &&
      lines(
        '# The folder has the sources of the app in it, too.',
        block(`location ~* "${below(filesUrl)}(${sources.join('|')})"`, passToAppOnly),
      ),
    strayLinks.length > 0 &&
      lines(
        '# Links that lead out of the folder.',
        ...strayLinks
          .map((link) => `${filesUrl}/${link}`)
          .flatMap((url) => [
            block(`location = ${nginxString(url)}`, passToAppOnly),
            block(`location ^~ ${nginxString(`${url}/`)}`, passToAppOnly),
          ]),
      ),
  );
}
