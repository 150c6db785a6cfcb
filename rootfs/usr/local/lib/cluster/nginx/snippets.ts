// What users add to nginx.conf: which files there are, and what in them drops what the image sets.
import { existsSync, globSync } from 'node:fs';
import { type SnippetLevel, snippetPattern, userNginxConf } from './config/user-configuration.ts';

export function hasOwnNginxConfiguration(): boolean {
  return existsSync(userNginxConf);
}

/** @returns the files of one level, in the order in which nginx reads them */
export function findSnippets(level: SnippetLevel): string[] {
  return globSync(snippetPattern(level)).sort();
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
