// Where users put their own nginx configuration: files in /app/nginx, or a whole /app/nginx.conf.
import { lines } from './layout.ts';

export const snippetLevels = ['http', 'server', 'location'] as const;

/** A level of nginx.conf that users can add files to. */
export type SnippetLevel = (typeof snippetLevels)[number];

/** Takes the place of the rendered nginx.conf. */
export const userNginxConf = '/app/nginx.conf';

/** @returns a glob pattern, which nginx and Node read alike */
export function snippetPattern(level: SnippetLevel): string {
  return `/app/nginx/${level}.d/*.conf`;
}

/** @param used levels at which there are files @returns what is last at a level, empty where there are none */
export function includeSnippets(level: SnippetLevel, used: ReadonlySet<SnippetLevel>): string {
  return used.has(level) ? lines("# The user's own.", `include ${snippetPattern(level)};`) : '';
}
