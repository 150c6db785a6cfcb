// What stands outside of http: nginx's own processes, and its modules.
import type { NginxContext } from './context.ts';
import { block, lines, paragraphs } from './layout.ts';

export function processes({ settings, plan, folder, isRoot, requestsMs }: NginxContext): string {
  const { logLevel } = settings;
  return paragraphs(
    lines(
      isRoot && 'user root root;',
      `pid ${folder}/nginx.pid;`,
      // nginx warns of each body that it buffers in a file, which is what it is meant to do.
      `error_log stderr ${logLevel === 'debug' ? 'info' : 'error'};`,
      `worker_processes ${plan.nginxWorkers};`,
      `worker_rlimit_nofile ${plan.nginxOpenFiles};`,
      'pcre_jit on;',
      '# Connections that are still open after this time at a stop (WebSockets, downloads) are closed.',
      `worker_shutdown_timeout ${requestsMs}ms;`,
    ),
    lines(
      'load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;',
      'load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;',
      'load_module /usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so;',
    ),
    block('events', `worker_connections ${plan.nginxConnections};`),
  );
}

/** Where nginx writes: all in one folder, so that the root file system may be read-only. */
export function temporaryFolders(folder: string): string {
  return lines(
    '# Everything that nginx writes lies here, so that the root file system may be read-only.',
    `client_body_temp_path ${folder}/body;`,
    ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`),
  );
}
