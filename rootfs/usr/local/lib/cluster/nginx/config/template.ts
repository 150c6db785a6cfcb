// Settings → nginx.conf. Pure: what is not in its arguments is not in the result. `cluster config nginx` users read it.
// This file is its table of contents: what it says of a topic is in the file of that name.

import { accessLogs } from './access-log.ts';
import { basicAuth } from './basic-auth.ts';
import { clientLimits } from './client-limits.ts';
import { closingPhase } from './closing-phase.ts';
import { compression } from './compression.ts';
import type { NginxContext } from './context.ts';
import { errorPageDirectives, errorPages, serverErrorPages } from './error-pages.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { addResponseHeaders, type Header, setRequestHeaders } from './headers.ts';
import { healthPath } from './health-path.ts';
import { block, lines, paragraphs } from './layout.ts';
import { maintenance } from './maintenance-mode.ts';
import { malformedRequests } from './malformed-requests.ts';
import { microCache } from './micro-cache.ts';
import { ports } from './ports.ts';
import { privateFiles } from './private-files.ts';
import { processes, temporaryFolders } from './processes.ts';
import { proxying } from './proxying.ts';
import { rateLimits } from './rate-limits.ts';
import { requestIds } from './request-id.ts';
import { retryAfter } from './retry-after.ts';
import { appSecurityHeaders, securityHeaders } from './security-headers.ts';
import { staticFiles } from './static-files.ts';
import { stickySessions } from './sticky-sessions.ts';
import { streamedUploads } from './streamed-uploads.ts';
import type { Shared, Topic } from './topic.ts';
import { upstreams } from './upstreams.ts';
import { includeSnippets, ownDirectives, userNginxConf } from './user-configuration.ts';
import { webSockets } from './websockets.ts';

/** In the order in which they stand in the file. */
const topics: readonly ((context: NginxContext) => Topic)[] = [
  malformedRequests,
  healthPath,
  ports,
  maintenance,
  basicAuth,
  forwardedHeaders,
  requestIds,
  accessLogs,
  clientLimits,
  rateLimits,
  retryAfter,
  compression,
  securityHeaders,
  errorPages,
  streamedUploads,
  privateFiles,
  staticFiles,
  stickySessions,
  microCache,
  proxying,
  webSockets,
  closingPhase,
];

/** Media types of files, each with the ends of their names. */
const furtherTypes = [
  'text/javascript mjs',
  'application/manifest+json webmanifest',
  'text/csv csv',
  'text/tab-separated-values tsv',
  'text/markdown md markdown',
  'text/calendar ics',
  'text/vcard vcf',
  'text/vtt vtt',
  'application/json map',
  'application/geo+json geojson',
  'application/ld+json jsonld',
  'application/gpx+xml gpx',
  'application/yaml yaml yml',
  'model/gltf+json gltf',
];

/** @returns the whole nginx.conf */
export function renderTemplate(context: NginxContext): string {
  const parts = topics.map((topic) => topic(context));
  const http = block(
    'http',
    paragraphs(
      lines(
        'include /etc/nginx/mime.types;',
        '# What Debian’s list does not know.',
        block('types', lines(...furtherTypes.map((type) => `${type};`))),
        'default_type application/octet-stream;',
        'sendfile on;',
        '# A redirect of nginx’s own has a path alone: which host and port the client sees is for the proxies before it.',
        'absolute_redirect off;',
        'tcp_nopush on;',
        'server_tokens off;',
      ),
      temporaryFolders(context.folder),
      ...parts.map((part) => part.http),
      upstreams(context),
      includeSnippets('http', context.snippets),
      server(context, parts),
      statusServer(context.folder),
    ),
  );
  return `${paragraphs(
    "# Rendered at start by node-nginx-fastify from the container's settings. Changes here are lost.",
    processes(context),
    http,
  )}\n`;
}

function server(context: NginxContext, parts: readonly Topic[]): string {
  const requestHeaders = parts.flatMap((part) => part.requestHeaders ?? []);
  const shared = share(context, parts, requestHeaders);
  return block(
    'server',
    paragraphs(
      ...parts.map((part) => part.server),
      lines(
        '# On every answer, errors included. A location with an add_header of its own would inherit none of them.',
        'more_clear_headers Server X-Powered-By;',
        addResponseHeaders(shared.responseHeaders),
      ),
      lines(
        '# On every request that is passed on, unless a location sets one itself.',
        setRequestHeaders(requestHeaders),
      ),
      ...parts.map((part) => part.locations?.(shared)),
      includeSnippets('server', context.snippets),
      serverErrorPages(context),
    ),
  );
}

function share(context: NginxContext, parts: readonly Topic[], requestHeaders: readonly Header[]): Shared {
  const responseHeaders = parts.flatMap((part) => part.responseHeaders ?? []);
  const app = lines(...parts.map((part) => part.app));
  const snippets = includeSnippets('location', context.snippets);
  const hasOwnErrorPages = ownDirectives('error_page', 'location', context.snippets).length > 0;
  return {
    responseHeaders,
    replacedResponseHeaders: [...responseHeaders, ...appSecurityHeaders(context.securityHeaders)],
    passToApp(ownCodes) {
      if (snippets === '') return app;
      // Repeated, so that a header or a page that a snippet sets is added to them.
      return lines(
        addResponseHeaders(responseHeaders),
        setRequestHeaders(requestHeaders),
        app,
        snippets,
        hasOwnErrorPages && errorPageDirectives(context, ownCodes),
      );
    },
  };
}

/** For the primary: does nginx live, and who is connected? */
function statusServer(folder: string): string {
  return lines(
    '# For the primary: does nginx live, and who is connected?',
    block('server', lines(`listen unix:${folder}/status.sock;`, 'access_log off;', 'stub_status;')),
  );
}

/**
 * What a user's own nginx.conf includes, inside of `http`: where nginx may write, `upstream app`, and what the primary
 * needs.
 */
export function renderParts(context: Pick<NginxContext, 'settings' | 'plan' | 'folder'>): string {
  return `${paragraphs(
    `# Rendered at start by node-nginx-fastify, for ${userNginxConf}.`,
    temporaryFolders(context.folder),
    // Whose key is a variable of the rendered file.
    upstreams({ ...context, settings: { ...context.settings, stickySessions: 'off' } }),
    statusServer(context.folder),
  )}\n`;
}
