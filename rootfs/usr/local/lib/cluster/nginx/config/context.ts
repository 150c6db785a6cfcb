// What nginx.conf is made of: everything that the templates may know. They are pure functions of it.
import type { Plan } from '../../machine/plan.ts';
import type { Settings } from '../../settings/read.ts';
import type { SecurityHeader } from './helmet.ts';
import type { Snippets } from './user-configuration.ts';

/** A folder whose files nginx sends itself. */
export interface StaticFolder {
  /** Where its files are in URLs, below BASE_PATH: `/`, or a path without a slash at its end. */
  readonly url: string;
  readonly path: string;
  /** Why it is served: a setting, or the framework that has built it. */
  readonly reason: string;
  /** Only files with a hash in their names are sent: the others, pages among them, are the app's. */
  readonly onlyHashed: boolean;
  /** It has an index.html of its own. */
  readonly hasIndex: boolean;
  /** A folder in it has an index.html. */
  readonly hasFolderPages: boolean;
  /** It has a package.json, so it holds more than what a browser may see. */
  readonly hasSources: boolean;
  /** Links in it that lead out of it, relative to it. */
  readonly strayLinks: readonly string[];
}

export interface NginxContext {
  readonly settings: Settings;
  readonly plan: Pick<Plan, 'maxWorkers' | 'nginxWorkers' | 'nginxConnections' | 'nginxOpenFiles' | 'bodyBufferBytes'>;
  /** Where nginx writes. */
  readonly folder: string;
  /** The user is root: nginx would otherwise drop to an account that may not open the workers' sockets. */
  readonly isRoot: boolean;
  readonly hasIpv6: boolean;
  /** Folders whose files nginx sends itself; those that exist. */
  readonly folders: readonly StaticFolder[];
  readonly securityHeaders: readonly SecurityHeader[];
  /** Files of ERROR_PAGES, without `.html`: nginx/error-page-files.ts. */
  readonly errorPages: readonly string[];
  /** What the user has in /app/nginx. */
  readonly snippets: Snippets;
  /** Different at each start of the container: letters, digits and dashes. */
  readonly startId: string;
  /** Standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Time for requests in flight at a stop, in ms. */
  readonly requestsMs: number;
}
