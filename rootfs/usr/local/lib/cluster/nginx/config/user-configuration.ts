// Where users put their own nginx configuration: files in /app/nginx, or a whole /app/nginx.conf.
import type { Directive } from '../directives.ts';
import { lines } from './layout.ts';

export const snippetLevels = ['http', 'server', 'location'] as const;

/** A level of nginx.conf that users can add files to. */
export type SnippetLevel = (typeof snippetLevels)[number];

/** The levels at which there are files, with the directives that stand at that level itself, not in a block. */
export type Snippets = ReadonlyMap<SnippetLevel, readonly Directive[]>;

/** Takes the place of the rendered nginx.conf. */
export const userNginxConf = '/app/nginx.conf';

/** @returns a glob pattern, which nginx and Node read alike */
export function snippetPattern(level: SnippetLevel): string {
  return `/app/nginx/${level}.d/*.conf`;
}

/** @returns what is last at a level, empty where there are no files */
export function includeSnippets(level: SnippetLevel, snippets: Snippets): string {
  return snippets.has(level) ? lines("# The user's own.", `include ${snippetPattern(level)};`) : '';
}

/** @returns directives of this name that the user has at a level itself, as nginx reads them */
export function ownDirectives(name: string, level: SnippetLevel, snippets: Snippets): readonly Directive[] {
  return (snippets.get(level) ?? []).filter(({ words }) => words[0] === name);
}
