// Settings → nginx.conf. Pure: what is not in its arguments is not in the result. `cluster config nginx` users read it.
// This file is its table of contents: what it says of a topic is in the file of that name.

import { include, ownConfiguration } from '../snippets.ts';
import { logs } from './access-log.ts';
import { limits } from './client-limits.ts';
import { closing } from './closing-phase.ts';
import { compression } from './compression.ts';
import type { NginxContext } from './context.ts';
import { errorPages } from './error-pages.ts';
import { clients } from './forwarded-headers.ts';
import { health } from './health-path.ts';
import { block, lines, paragraphs, type Shared, type Topic } from './layout.ts';
import { malformed } from './malformed-requests.ts';
import { microCache } from './micro-cache.ts';
import { listening } from './ports.ts';
import { privateFiles } from './private-files.ts';
import { processes, temporaryFolders } from './processes.ts';
import { rateLimits } from './rate-limits.ts';
import { requestIds } from './request-id.ts';
import { securityHeaders, securityHeadersOfApp } from './security-headers.ts';
import { staticFiles } from './static-files.ts';
import { stickySessions } from './sticky-sessions.ts';
import { streamedUploads } from './streamed-uploads.ts';
import { asking, upstreams } from './upstreams.ts';

/** In the order in which they stand in the file. */
const topics: readonly ((context: NginxContext) => Topic)[] = [
  malformed,
  listening,
  clients,
  requestIds,
  logs,
  limits,
  rateLimits,
  compression,
  securityHeaders,
  errorPages,
  health,
  streamedUploads,
  privateFiles,
  staticFiles,
  stickySessions,
  microCache,
  asking,
  closing,
];

/** @returns the whole nginx.conf */
export function renderNginxConfiguration(context: NginxContext): string {
  const all = topics.map((topic) => topic(context));
  const every = (part: 'http' | 'server' | 'headers' | 'requestHeaders' | 'app') => all.map((topic) => topic[part]);
  const headers = lines(...every('headers'));
  const requestHeaders = lines(...every('requestHeaders'));
  const shared = shareWithLocations(context, headers, requestHeaders, lines(...every('app')));

  const server = block(
    'server',
    paragraphs(
      ...every('server'),
      lines(
        '# On every answer, errors included. A location with an add_header of its own would inherit none of them.',
        'more_clear_headers Server X-Powered-By;',
        headers,
      ),
      lines('# To whoever is asked.', requestHeaders),
      ...all.map(({ locations }) => locations?.(shared)),
      include('server', context),
    ),
  );
  const http = block(
    'http',
    paragraphs(
      lines(
        'include /etc/nginx/mime.types;',
        block('types', 'text/javascript mjs;\napplication/manifest+json webmanifest;'),
        'default_type application/octet-stream;',
        'sendfile on;',
        'tcp_nopush on;',
        'server_tokens off;',
      ),
      temporaryFolders(context.folder),
      ...every('http'),
      upstreams(context),
      include('http', context),
      server,
      statusServer(context.folder),
    ),
  );
  return `${paragraphs(
    "# Rendered at start by node-nginx-fastify from the container's settings. Changes here are lost.",
    processes(context),
    http,
  )}\n`;
}

/** With snippets in them, locations repeat what they would inherit: an add_header of the user's then adds to it. */
function shareWithLocations(context: NginxContext, headers: string, requestHeaders: string, app: string): Shared {
  const snippets = include('location', context);
  return {
    requestHeaders,
    askApp: snippets === '' ? app : lines(headers, requestHeaders, app, snippets),
    headerNames: Array.from(headers.matchAll(/^add_header (\S+)/gm), ([, name]) => name).join(' '),
    headersOfReplacedAnswer: lines(headers, securityHeadersOfApp(context.securityHeaders)),
  };
}

/** For the primary: does nginx live, and who is connected? */
function statusServer(folder: string): string {
  return lines(
    '# For the primary: does nginx live, and who is connected?',
    block('server', lines(`listen unix:${folder}/status.sock;`, 'access_log off;', 'stub_status;')),
  );
}

/** What a user's own nginx.conf needs: where nginx may write, `upstream app`, and what the primary asks. Included by it, inside of `http`. */
export function renderParts(context: Pick<NginxContext, 'settings' | 'plan' | 'folder'>): string {
  return `${paragraphs(
    `# Rendered at start by node-nginx-fastify, for ${ownConfiguration}.`,
    temporaryFolders(context.folder),
    // Whose key is a variable of the rendered file.
    upstreams({ ...context, settings: { ...context.settings, stickySessions: 'off' } }),
    statusServer(context.folder),
  )}\n`;
}
