// nginx.conf of a configuration: rendered with what this container has besides its settings, and written.
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasIpv6, identity } from '../machine/container.ts';
import { planStop } from '../machine/plan.ts';
import { securityHeadersOf } from '../nginx/config/helmet.ts';
import { renderParts, renderTemplate } from '../nginx/config/template.ts';
import { userNginxConf } from '../nginx/config/user-configuration.ts';
import { findErrorPages } from '../nginx/error-page-files.ts';
import { findStaticFolders } from '../nginx/found-static-folders.ts';
import { hasOwnNginxConfiguration, readSnippets } from '../nginx/snippets.ts';
import { nginxConfiguration, nginxParts } from '../paths.ts';
import type { Configuration } from './store.ts';

/** @param folder where nginx writes at run time @returns the text of nginx.conf */
export function renderNginxConf({ settings, plan, start }: Configuration, folder: string): string {
  // Included and not copied: nginx then names the user's file, and its lines, when something is wrong.
  if (hasOwnNginxConfiguration()) return `include ${userNginxConf};\n`;
  return renderTemplate({
    settings,
    plan,
    folder,
    isRoot: identity().uid === 0,
    hasIpv6: hasIpv6(),
    folders: findStaticFolders(settings),
    errorPages: findErrorPages(settings.errorPages),
    securityHeaders: securityHeadersOf(settings.securityHeaders),
    snippets: readSnippets(),
    startId: start.id,
    isTerminal: start.isTerminal,
    requestsMs: planStop(settings).requestsMs,
  });
}

/**
 * Writes nginx.conf, and what a user's own one includes.
 * @param folder where nginx writes at run time, and where the two files are put
 * @returns the path of nginx.conf
 */
export function writeNginxConf(configuration: Configuration, folder: string): string {
  const file = join(folder, basename(nginxConfiguration));
  writeFileSync(join(folder, basename(nginxParts)), renderParts({ ...configuration, folder }));
  writeFileSync(file, renderNginxConf(configuration, folder));
  return file;
}
