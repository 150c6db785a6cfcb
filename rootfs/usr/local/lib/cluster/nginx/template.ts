// Settings → nginx.conf. Pure: what is not in its arguments is not in the result. `cluster config nginx` users read it.
import type { Plan } from '../machine/plan.ts';
import { nginxFolder, run, slotSocket } from '../paths.ts';
import type { Settings } from '../settings/read.ts';

export interface NginxContext {
  readonly settings: Settings;
  readonly plan: Plan;
  /** The user is root: nginx would otherwise drop to an account that may not open the workers' sockets. */
  readonly isRoot: boolean;
  readonly hasIpv6: boolean;
  /** The static folder exists. */
  readonly hasStaticFolder: boolean;
  /** Time for requests in flight at a stop, in ms. */
  readonly requestsMs: number;
}

/** @returns the whole nginx.conf */
export function renderNginxConfiguration(context: NginxContext): string {
  const { settings, plan } = context;
  return `# Rendered at start by node-nginx-fastify from the container's settings. Changes here are lost.
${context.isRoot ? 'user root root;\n' : ''}pid ${nginxFolder}/nginx.pid;
error_log stderr warn;
worker_processes ${plan.nginxWorkers};
# Connections that are still open after this time at a stop (WebSockets, downloads) are closed.
worker_shutdown_timeout ${context.requestsMs}ms;

load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;
load_module /usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so;

events {
  worker_connections 4096;
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  server_tokens off;

  # Everything that nginx writes lies here, so that the root file system may be read-only.
  client_body_temp_path ${nginxFolder}/body;
  proxy_temp_path ${nginxFolder}/proxy;
  fastcgi_temp_path ${nginxFolder}/fastcgi;
  uwsgi_temp_path ${nginxFolder}/uwsgi;
  scgi_temp_path ${nginxFolder}/scgi;

  # One line a request. Buffered: unbuffered logging costs a third of the throughput.
  log_format json escape=json
    '{"time":"$time_iso8601","id":"$request_id","client":"$remote_addr","method":"$request_method","host":"$host",'
    '"uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"duration":$request_time,'
    '"upstream":"$upstream_addr","upstream_time":"$upstream_response_time",'
    '"referer":"$http_referer","agent":"$http_user_agent"}';
  access_log /dev/stdout json buffer=32k flush=1s;

  # A client that sends slowly waits here, not in a worker.
  client_header_timeout 15s;
  client_body_timeout 15s;
  send_timeout 30s;
  reset_timedout_connection on;
  client_max_body_size 10m;
  # Longer than a load balancer's idle time-out (ALB 60 s): the balancer has to be the one that closes.
  keepalive_timeout 75s;

  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_comp_level 5;
  gzip_min_length 1024;
  gzip_types text/plain text/css text/xml application/json application/javascript application/xml image/svg+xml;
  brotli on;
  brotli_comp_level 4;
  brotli_min_length 1024;
  brotli_types text/plain text/css text/xml application/json application/javascript application/xml image/svg+xml;

  # "Connection: close" towards a worker would end keep-alive; only an upgrade (WebSocket) is passed on.
  map $http_upgrade $upstream_connection {
    default upgrade;
    ''      '';
  }

  upstream app {
    # Shared between nginx's workers. Round robin would go on sending requests to a blocked worker until all clients wait.
    zone app 256k;
    least_conn;
    # max_fails=0: the primary replaces workers. nginx's own verdict would close every slot after a few failures.
${indent(4, slots(plan))}
${settings.mode === 'development' ? '' : waitingRoom}    # At least the expected concurrency: 16 at 64 connections halved the throughput.
    keepalive 256;
    # Shorter than the workers' 75 s: nginx closes first, so that no request meets a closing connection.
    keepalive_timeout 60s;
  }

  upstream primary {
    server unix:${run.adminSocket} max_fails=0;
  }

  server {
    listen ${settings.port} backlog=4096;
${context.hasIpv6 ? `    listen [::]:${settings.port} backlog=4096;\n` : ''}    more_clear_headers Server X-Powered-By;

    # The primary knows whether a worker is ready; no worker is asked, so a busy one does not fail the probe.
    location = ${settings.healthPath} {
      access_log off;
      proxy_pass http://primary/readyz;
      proxy_connect_timeout 1s;
      proxy_read_timeout 1s;
      error_page 502 504 =503 @not_ready;
    }
    location @not_ready {
      internal;
      access_log off;
      default_type application/json;
      return 503 '{"status":"not ready"}\\n';
    }
${context.hasStaticFolder ? staticLocations(settings.staticPath) : appLocations()}
${settings.mode === 'development' ? devLocation : ''}  }
}
`;
}

function slots({ maxWorkers }: Plan): string {
  return Array.from({ length: maxWorkers }, (_, slot) => `server unix:${slotSocket(slot)} max_fails=0;`).join('\n');
}

const waitingRoom = `    # Where connections wait in the moment in which no worker serves.
    server unix:${run.waitingSocket} backup max_fails=0;
`;

function staticLocations(staticPath: string): string {
  return `
    # A file of the static folder wins; the app gets the rest, and whatever is not a GET or HEAD.
    location / {
      root ${staticPath};
      try_files $uri $uri/index.html @app;
      error_page 405 = @app;
    }
    # Hidden files are never served; what such a path means is the app's business.
    location ~ /\\.(?!well-known/) {
      try_files /.never-a-file @app;
    }
    location @app {
${indent(6, proxyToApp)}
    }`;
}

const devLocation = `
    # Dev mode: while no version of the app answers, the browser shows why.
    error_page 502 504 = @dev;
    location @dev {
      internal;
      proxy_method GET;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      rewrite ^ /dev break;
      proxy_pass http://primary;
    }
`;

function appLocations(): string {
  return `
    location / {
${indent(6, proxyToApp)}
    }`;
}

const proxyToApp = `proxy_pass http://app;
proxy_http_version 1.1;
proxy_set_header Host $http_host;
proxy_set_header Connection $upstream_connection;
proxy_set_header Upgrade $http_upgrade;
# Overwritten, never appended to: a client cannot claim to be somebody else.
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
# What a client might send to the same end is taken away.
proxy_set_header Forwarded "";
proxy_set_header X-Forwarded-Host "";
proxy_set_header X-Forwarded-Port "";
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Request-Id $request_id;
proxy_connect_timeout 2s;
proxy_read_timeout 60s;
proxy_buffers 8 16k;
proxy_buffer_size 16k;
proxy_busy_buffers_size 32k;
proxy_max_temp_file_size 0;
# What a worker did not get goes to the next one. So does what it got and died of before it answered, but of POST and
# the like only the former.
# (A response of unknown length comes with X-Accel-Buffering: no, from worker/streams.ts.)
proxy_next_upstream error;
proxy_next_upstream_tries 2;`;

function indent(columns: number, text: string): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(columns) + line)
    .join('\n');
}
