// What users add to nginx.conf: files in /app/nginx, or a whole /app/nginx.conf in its place.
import { existsSync, globSync } from 'node:fs';
import type { NginxContext } from './config/context.ts';
import { lines } from './config/layout.ts';

export type SnippetLevel = 'http' | 'server' | 'location';
export const snippetLevels: readonly SnippetLevel[] = ['http', 'server', 'location'];

export const snippetsFolder = '/app/nginx';
export const ownConfiguration = '/app/nginx.conf';

export function hasOwnNginxConfiguration(): boolean {
  return existsSync(ownConfiguration);
}

/** @returns the files of one level, in the order in which nginx reads them */
export function findSnippets(level: SnippetLevel): string[] {
  return globSync(patternOf(level)).sort();
}

/** @returns what stands at the end of a level, empty where the user has nothing there */
export function include(level: SnippetLevel, { snippets }: Pick<NginxContext, 'snippets'>): string {
  return snippets.has(level) ? lines("# The user's own.", `include ${patternOf(level)};`) : '';
}

/**
 * A directive that is inherited only by blocks that have none of it: a snippet with one drops all of ours.
 * @returns a warning for each place
 */
export function findDroppedInheritance(path: string, text: string): string[] {
  const instead = new Map([
    ['add_header', `more_set_headers "NAME: VALUE"`],
    ['proxy_set_header', `more_set_input_headers "NAME: VALUE"`],
  ]);
  return text.split('\n').flatMap((line, index) => {
    const [, directive = ''] = /^\s*(\w+)/.exec(line) ?? [];
    const better = instead.get(directive);
    return better === undefined
      ? []
      : [
          `${path}, line ${index + 1}: inside of a location, ${directive} drops all that the image sets with it. Write ${better}; instead, which adds to them.`,
        ];
  });
}

function patternOf(level: SnippetLevel): string {
  return `${snippetsFolder}/${level}.d/*.conf`;
}
