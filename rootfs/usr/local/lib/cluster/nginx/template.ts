// Settings → nginx.conf. Pure: what is not in its arguments is not in the result. `cluster config nginx` users read it.
import type { Plan } from '../machine/plan.ts';
import { run, slotSocket } from '../paths.ts';
import type { Settings } from '../settings/read.ts';
import { schema } from '../settings/schema.ts';

export interface NginxContext {
  readonly settings: Settings;
  readonly plan: Pick<Plan, 'maxWorkers' | 'nginxWorkers'>;
  /** Where nginx writes. */
  readonly folder: string;
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
  const { settings, plan, folder } = context;
  const { nginxOpenFiles, nginxConnections, maxUploadBytes } = settings;
  return `# Rendered at start by node-nginx-fastify from the container's settings. Changes here are lost.
${context.isRoot ? 'user root root;\n' : ''}pid ${folder}/nginx.pid;
error_log stderr ${settings.logLevel === 'debug' ? 'info' : settings.logLevel === 'error' ? 'error' : 'warn'};
worker_processes ${plan.nginxWorkers};
${nginxOpenFiles === undefined ? '' : `worker_rlimit_nofile ${nginxOpenFiles};\n`}# Connections that are still open after this time at a stop (WebSockets, downloads) are closed.
worker_shutdown_timeout ${context.requestsMs}ms;

load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;
load_module /usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so;

events {
  worker_connections ${nginxConnections};
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  server_tokens off;

  # Everything that nginx writes lies here, so that the root file system may be read-only.
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;

${whoIsAsking(settings.trustedProxies)}
${whichHost}
  # One line a request. Buffered: unbuffered logging costs a third of the throughput.
  log_format json escape=json
    '{"time":"$time_iso8601","id":"$request_id","client":"$remote_addr","method":"$request_method","host":"$host",'
    '"uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"duration":$request_time,'
    '"upstream":"$upstream_addr","upstream_time":"$upstream_response_time",'
    '"referer":"$http_referer","agent":"$http_user_agent"}';
  access_log ${settings.accessLog ? '/dev/stdout json buffer=32k flush=1s' : 'off'};

  # A client that sends slowly waits here, not in a worker.
  client_header_timeout 15s;
  client_body_timeout 15s;
  send_timeout 30s;
  reset_timedout_connection on;
  client_max_body_size ${schema.maxUploadBytes.type.format(maxUploadBytes)};
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

  # "Connection: close" towards a worker would end keep-alive; only an upgrade (WebSocket) is passed on. But none to
  # HTTP/2, which would be a tunnel past all that is written here: https://bishopfox.com/blog/h2c-smuggling-request
  map $http_upgrade $upstream_connection {
    default upgrade;
    ''      '';
    ~*h2c   '';
  }

${settings.staticIndex && context.hasStaticFolder ? `${navigationMap}\n` : ''}  upstream app {
    # Shared between nginx's workers. Round robin would go on sending requests to a blocked worker until all clients wait.
    zone app 256k;
    least_conn;
    # max_fails=0: the primary replaces workers. nginx's own verdict would close every slot after a few failures.
${indent(4, slots(plan))}
    # At least the expected concurrency: 16 at 64 connections halved the throughput.
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

    if ($is_malformed) {
      return 400;
    }
    # An unknown transfer coding or version is the client's fault. As 5xx it would count as the server's in every alarm.
    error_page 501 505 =400 /.malformed;
    location = /.malformed {
      internal;
      return 400;
    }

${indent(4, askWorkers(settings))}

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
${locations(context)}
${settings.mode === 'development' ? devLocation : ''}  }
}
`;
}

function slots({ maxWorkers }: NginxContext['plan']): string {
  return Array.from({ length: maxWorkers }, (_, slot) => `server unix:${slotSocket(slot)} max_fails=0;`).join('\n');
}

/** The client's address and protocol: those of the connection, unless a trusted proxy says otherwise. */
function whoIsAsking(trustedProxies: readonly string[]): string {
  const isTrusted = trustedProxies.map((network) => `    ${network} 1;`).join('\n');
  if (trustedProxies.length === 0) {
    return `  # Nobody else is believed about who the client is (TRUSTED_PROXIES).
  map $scheme $client_scheme {
    default $scheme;
  }
`;
  }
  return `  # The client is the last address of X-Forwarded-For that is not one of the trusted proxies.
${trustedProxies.map((network) => `  set_real_ip_from ${network};`).join('\n')}
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
  geo $realip_remote_addr $is_trusted_proxy {
    default 0;
${isTrusted}
  }
  map "$is_trusted_proxy $http_x_forwarded_proto" $client_scheme {
    default $scheme;
    "1 https" https;
    "1 http" http;
  }
`;
}

/** Node and most frameworks pass on whatever a Host header says, and nginx is lenient about it. */
const whichHost = `  # What is no host is refused: an app that makes links of it would send its users to another one. So is HTTP/0.9,
  # whose answer would be a body without a head.
  map "$server_protocol $http_host" $is_malformed {
    default 1;
    "HTTP/1.0 " 0;
    "~^HTTP/[0-9.]+ [A-Za-z0-9._-]+(:[0-9]{0,5})?$" 0;
    "~^HTTP/[0-9.]+ \\[[0-9A-Fa-f:.]+\\](:[0-9]{0,5})?$" 0;
  }
  # HTTP/1.0 needs none, but Node does.
  map $http_host $named_host {
    default $http_host;
    "" localhost;
  }
  # That of an absolute target counts, not the header: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
  map $request $upstream_host {
    default $named_host;
    "~^[^ ]+ +[^/ ]+://" $host;
  }
`;

function locations({ settings, hasStaticFolder }: NginxContext): string {
  if (!hasStaticFolder) {
    return `
    location / {
      proxy_pass http://app;
    }`;
  }
  const { staticPath, staticUrl, staticIndex, mode } = settings;
  // A location with an error_page of its own does not inherit the server's.
  const devErrors = mode === 'development' ? '      error_page 502 504 = @dev;\n' : '';
  // Slashes at both ends: without the first, /static../ would lead out of the folder.
  const files =
    staticUrl === '/'
      ? `
    # A file of the static folder wins; the app gets the rest, and whatever is not a GET or HEAD.
    location / {
      root ${quoted(staticPath)};
      try_files $uri $uri/index.html @app;
      error_page 405 = @app;
    }`
      : `
    # A file of the static folder wins; the app gets the rest, and whatever is not a GET or HEAD.
    location ${staticUrl}/ {
      alias ${quoted(`${staticPath}/`)};
      try_files $uri $uri/index.html @app;
      error_page 405 = @app;
    }
    location / {
      try_files /.never-a-file @app;
    }`;
  return `${files}
    # Hidden files are never served; what such a path means is the app's business.
    location ~ /\\.(?!well-known/) {
      try_files /.never-a-file @app;
    }
    location @app {
${staticIndex ? `${indent(6, toNavigation)}\n${devErrors}` : ''}      proxy_pass http://app;
    }${
      staticIndex
        ? `
    # A page that the app does not know either is one of the single-page app's: its index.html answers, with 200.
    location @navigation {
      proxy_intercept_errors on;
      error_page 404 =200 @index;
${devErrors}      proxy_pass http://app;
    }
    location @index {
      root ${quoted(staticPath)};
      # Asked again each time: it names the assets of the newest release.
      add_header Cache-Control no-cache always;
      try_files /index.html =404;
    }`
        : ''
    }`;
}

/** Only what a browser asks for as a page: a missing asset, or an answer to fetch(), stays the app's own 404. */
const toNavigation = `# A page that a browser navigates to.
error_page 418 = @navigation;
recursive_error_pages on;
if ($is_navigation) {
  return 418;
}`;

const navigationMap = `  # What a browser navigates to: it asks for HTML before anything else.
  map "$request_method $http_accept" $is_navigation {
    default 0;
    "~^(GET|HEAD) text/html" 1;
  }
`;

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

/** How workers are asked, by every location that passes requests on. */
function askWorkers({ requestTimeoutMs }: Settings): string {
  return `proxy_http_version 1.1;
proxy_set_header Host $upstream_host;
proxy_set_header Connection $upstream_connection;
proxy_set_header Upgrade $http_upgrade;
# Overwritten, never appended to: a client cannot claim to be somebody else.
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $client_scheme;
# What a client might send to the same end is taken away.
proxy_set_header Forwarded "";
proxy_set_header X-Forwarded-Host "";
proxy_set_header X-Forwarded-Port "";
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Request-Id $request_id;
proxy_connect_timeout 2s;
proxy_read_timeout ${requestTimeoutMs}ms;
proxy_buffers 8 16k;
proxy_buffer_size 16k;
proxy_busy_buffers_size 32k;
proxy_max_temp_file_size 0;
# What a worker did not get goes to the next one. So does what it got and died of before it answered, but of POST and
# the like only the former.
# (A response of unknown length comes with X-Accel-Buffering: no, from worker/streams.ts.)
proxy_next_upstream error;
proxy_next_upstream_tries 2;`;
}

/** A string as one word of nginx's configuration. The settings let no character through that has no place in one. */
function quoted(text: string): string {
  if (/[\p{Cc}"\\$]/u.test(text)) throw new RangeError(`no word of nginx's configuration: ${JSON.stringify(text)}`);
  return `"${text}"`;
}

function indent(columns: number, text: string): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(columns) + line)
    .join('\n');
}
