// Files of STATIC_PATH that nginx never serves: the app gets the request.
import type { NginxContext } from './context.ts';
import { block, lines, nginxString, paragraphs, urlPathPattern } from './layout.ts';

/** What a folder with a package.json holds besides what is for browsers. Scripts, too: nobody can tell one from the other. */
const sources = [
  '/(node_modules|nginx)/',
  '\\.([cm]?[jt]sx?|map|ya?ml|toml|lockb?|lock|sql|sh|pem|key|conf|log|md)$',
  '/(package|package-lock|npm-shrinkwrap|[jt]sconfig[^/]*|deno|biome|components|composer)\\.jsonc?$',
  '/(Dockerfile|Containerfile|Makefile|Procfile)[^/]*$',
];

/** A location's content that passes a path to the app, whatever lies in the folder. */
const passToAppOnly = 'try_files /.never-a-file @app;';

/**
 * @param prefix BASE_PATH, empty where everything lies below it
 * @param filesUrl where the files lie in URLs, empty for the root
 * @returns locations
 */
export function withheldFiles(
  { hasSources, strayLinks }: Pick<NginxContext, 'hasSources' | 'strayLinks'>,
  prefix: string,
  filesUrl: string,
): string {
  const below = prefix === '' ? '' : `^${urlPathPattern(prefix)}(?=/).*`;
  return paragraphs(
    lines(
      '# Hidden files are never served: the app gets the request.',
      block(`location ~ ${below}/\\.(?!well-known/)`, passToAppOnly),
    ),
    hasSources &&
      lines(
        '# The folder has the sources of the app in it, too.',
        block(`location ~* "${below}(${sources.join('|')})"`, passToAppOnly),
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
