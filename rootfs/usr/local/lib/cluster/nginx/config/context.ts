// What nginx.conf is made of: everything that the templates may know. They are pure functions of it.
import type { Plan } from '../../machine/plan.ts';
import type { Settings } from '../../settings/read.ts';
import type { SecurityHeader } from './helmet.ts';
import type { SnippetLevel } from './user-configuration.ts';

export interface NginxContext {
  readonly settings: Settings;
  readonly plan: Pick<Plan, 'maxWorkers' | 'nginxWorkers' | 'nginxConnections' | 'nginxOpenFiles' | 'bodyBufferBytes'>;
  /** Where nginx writes. */
  readonly folder: string;
  /** The user is root: nginx would otherwise drop to an account that may not open the workers' sockets. */
  readonly isRoot: boolean;
  readonly hasIpv6: boolean;
  /** The static folder exists. */
  readonly hasStaticFolder: boolean;
  /** The static folder has a package.json, so it holds more than what a browser may see. */
  readonly hasSources: boolean;
  /** Links in the static folder that lead out of it, relative to it. */
  readonly strayLinks: readonly string[];
  readonly securityHeaders: readonly SecurityHeader[];
  /** The levels at which the user has files in /app/nginx. */
  readonly snippets: ReadonlySet<SnippetLevel>;
  /** Different at each start of the container: letters, digits and dashes. */
  readonly startId: string;
  /** Standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Time for requests in flight at a stop, in ms. */
  readonly requestsMs: number;
}
