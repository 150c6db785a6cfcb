// What users add to nginx.conf: which files there are, and what in them drops what the image sets.
import { existsSync, globSync, readFileSync } from 'node:fs';
import {
  type SnippetLevel,
  type Snippets,
  snippetLevels,
  snippetPattern,
  userNginxConf,
} from './config/user-configuration.ts';
import { type Directive, directivesOf } from './directives.ts';

export function hasOwnNginxConfiguration(): boolean {
  return existsSync(userNginxConf);
}

/** @returns the files of one level, in the order in which nginx reads them */
export function findSnippets(level: SnippetLevel): string[] {
  return globSync(snippetPattern(level)).sort();
}

/** @returns what the user has added, level by level */
export function readSnippets(): Snippets {
  const found = snippetLevels.map((level) => [level, findSnippets(level)] as const);
  return new Map(
    found.filter(([, files]) => files.length > 0).map(([level, files]) => [level, files.flatMap(directivesOfFile)]),
  );
}

/** Those at the level itself. None of a file that nginx will refuse, which it does with the line. */
function directivesOfFile(file: string): Directive[] {
  try {
    return directivesOf(readFileSync(file, 'utf8')).filter(({ path }) => !path.includes(' '));
  } catch {
    return [];
  }
}

/**
 * URL paths below which the user's own locations may send a request where nginx.conf does not.
 * @returns undefined where that is not known: a location that is a regular expression, or a whole nginx.conf
 */
export function ownLocationPaths(snippets: Snippets): readonly string[] | undefined {
  if (hasOwnNginxConfiguration()) return undefined;
  const locations = (snippets.get('server') ?? []).filter(({ words }) => words[0] === 'location');
  const matches = locations.map(({ words }) => words.slice(1)).filter(([first = '']) => !first.startsWith('@'));
  if (matches.some(([first = '']) => first.startsWith('~'))) return undefined;
  // nginx also reads `=/path` as one word.
  return matches.map((words) => (words.at(-1) ?? '/').replace(/^(=|\^~)/, ''));
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
