// Every variable that the image knows: this file is the contract. A setting needs one entry here: reading, checking,
// "did you mean", `cluster config`, docs/settings.md and the tests follow from it.
import { duration, rate, size } from './types/amount.ts';
import { address, networks } from './types/network.ts';
import { count, port, range } from './types/number.ts';
import { absoluteFile, file, folder, urlPath, urlPaths, urlPrefix } from './types/path.ts';
import { processCounts } from './types/process-counts.ts';
import { staticPaths } from './types/static-paths.ts';
import { autoOr, offOr, type Type, zeroOr } from './types/type.ts';
import { accessLog, oneOf, toggle, words } from './types/word.ts';

/** The part of the image that works with a setting. */
export type Reader = 'entrypoint' | 'nginx' | 'primary' | 'worker' | 'supervisor';

/** One variable. */
export interface Definition<T> {
  /** The variable's name. */
  readonly name: string;
  /** Other names for the same, which users know from other images and platforms. */
  readonly aliases: readonly string[];
  /** Its heading in docs/settings.md. */
  readonly group:
    | 'The app'
    | 'Workers'
    | 'Processes'
    | 'HTTP'
    | 'Clients'
    | 'TLS'
    | 'Files'
    | 'Logs'
    | 'Health'
    | 'Stop';
  readonly type: Type<T>;
  /** The value where nothing is set; `undefined` where that means something of its own. */
  readonly default: T | undefined;
  /** The default in words, where it is a rule and not just the value. */
  readonly defaultRule?: string;
  /** The value where the variable is set to nothing; without it that counts as not set. */
  readonly whenEmpty?: T | undefined;
  /** Apps have variables of like names (API_PORT): those are no typos of this one. */
  readonly hasLikeNames?: boolean;
  /** Its value is never shown, and NAME_FILE may name a file that holds it. */
  readonly isSecret: boolean;
  readonly readBy: readonly Reader[];
  /** What it is, in one sentence or two. */
  readonly help: string;
  /** A value that is not the default. */
  readonly example: string;
}

/** @typeParam D the type of the default, which tells whether a setting can be undefined */
function define<T, const D extends T | undefined>(
  definition: Omit<Definition<T>, 'default' | 'aliases' | 'isSecret'> & {
    default: D;
    aliases?: readonly string[];
    isSecret?: boolean;
  },
): Definition<T> & { readonly default: D } {
  return { aliases: [], isSecret: false, ...definition };
}

const minute = 60_000;
const hour = 60 * minute;
const kilobyte = 1024;
const megabyte = 1024 * kilobyte;
const gigabyte = 1024 * megabyte;

/** By the name of the setting in the code, which includes its unit. */
export const schema = {
  appModule: define({
    name: 'APP_MODULE',
    group: 'The app',
    type: file,
    default: undefined,
    defaultRule: 'looked for, see the app contract',
    readBy: ['entrypoint', 'primary'],
    help: 'The file that starts the app, relative to /app.',
    example: 'src/start.ts',
  }),
  appArguments: define({
    name: 'APP_ARGS',
    group: 'The app',
    type: words,
    default: [],
    defaultRule: 'none',
    isSecret: true,
    readBy: ['primary'],
    help: 'Arguments for the app: what it finds in process.argv.',
    example: './build/server/index.js',
  }),
  preStartPath: define({
    name: 'PRE_START_PATH',
    group: 'The app',
    type: file,
    default: '/app/prestart.sh',
    defaultRule: '/app/prestart.sh, if it exists',
    whenEmpty: undefined,
    readBy: ['entrypoint'],
    help: 'A shell script that runs before the app.',
    example: '/app/scripts/migrate.sh',
  }),
  appPort: define({
    name: 'APP_PORT',
    group: 'The app',
    type: port,
    default: undefined,
    defaultRule: 'PORT; if no server listens there, the first HTTP server that listens',
    readBy: ['worker'],
    hasLikeNames: true,
    help: 'The port on which the app itself listens, where it has several servers and none of them is on PORT.',
    example: '3000',
  }),
  bootTimeoutMs: define({
    name: 'BOOT_TIMEOUT',
    group: 'The app',
    type: duration(1000, hour, 15 * minute),
    default: 30_000,
    readBy: ['primary'],
    help: 'How long the app may take until it listens.',
    example: '2m',
  }),

  processes: define({
    name: 'PROCESSES',
    group: 'Processes',
    type: processCounts,
    default: [],
    defaultRule: 'none: only the web server runs',
    readBy: ['entrypoint', 'primary'],
    help: 'Process types of /app/Procfile that run beside the web server, each with the number of its processes.',
    example: 'worker=2,clock=1',
  }),
  processFailure: define({
    name: 'PROCESS_FAILURE',
    group: 'Processes',
    type: oneOf({ restart: ['always'], end: ['stop', 'exit'] }),
    default: 'restart',
    readBy: ['supervisor'],
    help: 'What happens when a process has failed three times in a row: it restarts after growing pauses of up to a minute, or the container ends with its exit code.',
    example: 'end',
  }),
  processStopTimeoutMs: define({
    name: 'PROCESS_STOP_TIMEOUT',
    group: 'Processes',
    type: duration(100, hour, hour),
    default: 10_000,
    defaultRule: '10s, at most STOP_TIMEOUT less a second',
    readBy: ['supervisor', 'primary'],
    help: 'How long a process may take to end after SIGTERM; then it is killed with its children. Processes stop while the web server does.',
    example: '20s',
  }),

  workers: define({
    name: 'WORKERS',
    group: 'Workers',
    aliases: ['WEB_CONCURRENCY'],
    type: autoOr(range(1, 512)),
    default: 'auto',
    defaultRule: '`auto`: one for each CPU that the container may use, as far as its memory allows',
    readBy: ['primary', 'nginx'],
    help: 'How many workers run the app. Of a range, as many as the load asks for.',
    example: '2-8',
  }),
  maxRequests: define({
    name: 'MAX_REQUESTS',
    group: 'Workers',
    type: zeroOr(count(1, 999_999_999), 'never'),
    default: 0,
    readBy: ['primary'],
    help: 'After so many requests a worker is replaced. Each draws its own number, up to a tenth above, so that they do not end together.',
    example: '100000',
  }),
  maxWorkerMemoryBytes: define({
    name: 'MAX_WORKER_MEMORY',
    group: 'Workers',
    type: zeroOr(size(32 * megabyte, 1024 * gigabyte, megabyte), 'never'),
    default: 0,
    readBy: ['primary'],
    help: 'A worker that takes more memory (resident set) than this is replaced.',
    example: '600m',
  }),
  maxWorkerLifetimeMs: define({
    name: 'MAX_WORKER_LIFETIME',
    group: 'Workers',
    type: zeroOr(duration(1000, 365 * 24 * hour, 7 * 24 * hour), 'never'),
    default: 0,
    readBy: ['primary'],
    help: 'After this time a worker is replaced. Each draws its own, up to a tenth above.',
    example: '24h',
  }),
  workerStallTimeoutMs: define({
    name: 'WORKER_STALL_TIMEOUT',
    group: 'Workers',
    type: zeroOr(duration(1000, hour, 15 * minute), 'never'),
    default: 30_000,
    readBy: ['primary', 'worker'],
    help: 'A worker whose event loop has been blocked for so long is replaced, and the log says in which function.',
    example: '10s',
  }),
  workerDrainTimeoutMs: define({
    name: 'WORKER_DRAIN_TIMEOUT',
    group: 'Workers',
    type: duration(1000, hour, hour),
    default: 30_000,
    readBy: ['primary'],
    help: 'How long a worker that was replaced may take to finish its requests, before it is killed.',
    example: '5m',
  }),
  workerHints: define({
    name: 'WORKER_HINTS',
    group: 'Workers',
    type: toggle,
    default: true,
    readBy: ['worker'],
    help: 'Whether the log says once that the app loads a package which keeps state in memory, of which each of several workers has its own.',
    example: 'off',
  }),
  reloadSettleMs: define({
    name: 'RELOAD_SETTLE',
    group: 'Workers',
    type: duration(0, hour, 5 * minute),
    default: 1000,
    readBy: ['primary'],
    help: 'How long a new worker has to stay up in a reload, before the next one is replaced.',
    example: '10s',
  }),

  nginx: define({
    name: 'NGINX',
    group: 'HTTP',
    type: toggle,
    default: true,
    readBy: ['entrypoint', 'primary', 'worker', 'supervisor'],
    help: 'Off: no nginx, the workers answer on PORT themselves, with the same start, reload and stop. For containers behind an ingress that does its work.',
    example: 'off',
  }),
  basePath: define({
    name: 'BASE_PATH',
    group: 'HTTP',
    type: urlPrefix,
    default: '/',
    readBy: ['nginx', 'worker'],
    help: 'The URL path that all of the app lies under. The app is asked without it, and finds it in X-Forwarded-Prefix; whatever lies elsewhere is 404.',
    example: '/shop',
  }),
  port: define({
    name: 'PORT',
    group: 'HTTP',
    aliases: ['LISTEN_PORT'],
    type: port,
    default: 8080,
    readBy: ['nginx', 'worker'],
    help: 'The port that nginx listens on.',
    example: '80',
  }),
  healthPath: define({
    name: 'HEALTH_PATH',
    group: 'HTTP',
    type: urlPath,
    default: '/healthz',
    readBy: ['nginx'],
    help: 'The URL path that answers 200 while the container is ready for requests, and 503 otherwise.',
    example: '/status/ready',
  }),
  requestTimeoutMs: define({
    name: 'REQUEST_TIMEOUT',
    group: 'HTTP',
    type: duration(1000, 24 * hour, hour),
    default: minute,
    readBy: ['nginx'],
    help: 'How long the app may be silent before a client is answered 504: until its answer begins, and between parts of it.',
    example: '5m',
  }),
  webSocketTimeoutMs: define({
    name: 'WEBSOCKET_TIMEOUT',
    group: 'HTTP',
    type: duration(1000, 7 * 24 * hour, hour),
    default: hour,
    readBy: ['nginx'],
    help: 'How long a WebSocket may be idle: neither side sends anything, pings included.',
    example: '10m',
  }),
  maxUploadBytes: define({
    name: 'NGINX_MAX_UPLOAD',
    group: 'HTTP',
    type: zeroOr(size(1, 1024 * gigabyte, 16 * kilobyte), 'no limit'),
    default: 10 * megabyte,
    readBy: ['nginx'],
    help: 'The largest request body; a larger one is answered 413.',
    example: '50m',
  }),
  maxHeaderBytes: define({
    name: 'NGINX_MAX_HEADER',
    group: 'HTTP',
    type: size(4 * kilobyte, megabyte, 4 * kilobyte),
    default: 32 * kilobyte,
    readBy: ['nginx', 'worker'],
    help: "The largest head of a request, of which one line may take half, and of the app's response (at least 16k). A larger request is answered 431, a longer URL 414, a larger response 502.",
    example: '64k',
  }),
  underscoresInHeaders: define({
    name: 'NGINX_UNDERSCORES_IN_HEADERS',
    group: 'HTTP',
    type: toggle,
    default: false,
    readBy: ['nginx'],
    help: 'Passes on request headers with `_`, `.` or other unusual characters in their names. By default they are dropped: where an app, or a server behind it, turns `-` into `_`, a client could set `X_Forwarded_For`.',
    example: 'on',
  }),
  maintenance: define({
    name: 'MAINTENANCE',
    group: 'HTTP',
    type: toggle,
    default: false,
    readBy: ['entrypoint'],
    help: 'Starts in maintenance: all requests but health checks get 503, until `cluster maintenance off` in the container.',
    example: 'on',
  }),
  clientTimeoutMs: define({
    name: 'NGINX_CLIENT_TIMEOUT',
    group: 'HTTP',
    type: duration(1000, hour, 15 * minute),
    default: 15_000,
    readBy: ['nginx'],
    help: 'How long a client may take to send the head of a request, and between parts of its body; then it is cut off (408 in the log).',
    example: '1m',
  }),
  sendTimeoutMs: define({
    name: 'NGINX_SEND_TIMEOUT',
    group: 'HTTP',
    type: duration(1000, hour, 15 * minute),
    default: 30_000,
    readBy: ['nginx'],
    help: 'How long a client may take nothing of an answer, before it is cut off.',
    example: '2m',
  }),
  keepAliveTimeoutMs: define({
    name: 'NGINX_KEEPALIVE_TIMEOUT',
    group: 'HTTP',
    type: zeroOr(duration(1000, hour, hour), 'no keep-alive'),
    default: 75_000,
    readBy: ['nginx'],
    help: "How long an idle connection of a client stays open. Longer than the load balancer's own idle time-out, or requests get lost.",
    example: '620s',
  }),
  securityHeaders: define({
    name: 'SECURITY_HEADERS',
    group: 'HTTP',
    type: oneOf({ safe: ['on', 'true', '1'], strict: [], off: ['none', 'false', '0'] }),
    default: 'safe',
    readBy: ['nginx'],
    help: "Security headers for every answer, those that the app sets itself excepted: `safe` breaks no framework, `strict` needs the app's scripts to be its own.",
    example: 'strict',
  }),
  streamedUploads: define({
    name: 'NGINX_STREAM_UPLOADS',
    group: 'HTTP',
    type: urlPaths,
    default: [],
    defaultRule: 'none: nginx takes each body in whole, then asks the app',
    readBy: ['nginx'],
    help: 'URL paths where a request body reaches the app while it is being sent. With what is below them; no file of STATIC_PATH is served there.',
    example: '/upload,/api/files',
  }),
  microCacheBytes: define({
    name: 'MICRO_CACHE',
    group: 'HTTP',
    type: zeroOr(size(megabyte, 64 * gigabyte, megabyte), 'no cache'),
    default: 0,
    readBy: ['nginx'],
    help: "So much of the app's answers is kept, below /run, for as long as their `Cache-Control: s-maxage` or `max-age` allows.",
    example: '100m',
  }),
  cpuScheduling: define({
    name: 'CPU_SCHEDULING',
    group: 'Workers',
    type: oneOf({ batch: [], normal: ['other', 'default', 'off'] }),
    default: 'batch',
    readBy: ['supervisor'],
    help: "Whether nginx and the workers let each other finish (Linux's SCHED_BATCH), which saves a tenth of the CPU time where they share one; `normal` answers files and cached pages some milliseconds sooner while workers compute.",
    example: 'normal',
  }),
  stickySessions: define({
    name: 'STICKY_SESSIONS',
    group: 'HTTP',
    type: oneOf({ off: ['none', 'false', '0'], ip: [], cookie: [], sid: [] }),
    default: 'off',
    readBy: ['nginx'],
    help: "Keeps a client at one worker, as Socket.IO's long polling needs it: by its address, by a cookie, or by the slot that the app writes into the session id.",
    example: 'cookie',
  }),
  nginxWorkers: define({
    name: 'NGINX_WORKER_PROCESSES',
    group: 'HTTP',
    type: autoOr(count(1, 512)),
    default: 'auto',
    defaultRule: '`auto`: one for each CPU that the container may use',
    readBy: ['nginx'],
    help: "nginx's own worker processes.",
    example: '1',
  }),
  nginxConnections: define({
    name: 'NGINX_WORKER_CONNECTIONS',
    group: 'HTTP',
    type: count(64, 1_000_000),
    default: 4096,
    readBy: ['nginx'],
    help: 'Connections of each nginx worker, those to the app included: a request takes two.',
    example: '16384',
  }),
  nginxOpenFiles: define({
    name: 'NGINX_WORKER_OPEN_FILES',
    group: 'HTTP',
    type: count(64, 1_000_000),
    default: undefined,
    defaultRule: "as many as its connections need, within the container's own limit",
    readBy: ['nginx'],
    help: 'Files and sockets that each nginx worker may have open.',
    example: '32768',
  }),

  basicAuthFile: define({
    name: 'BASIC_AUTH_FILE',
    group: 'Clients',
    type: absoluteFile,
    default: undefined,
    defaultRule: 'none: no password',
    readBy: ['nginx'],
    help: 'A mounted file of users and hashed passwords, as htpasswd writes it: everything needs one of them, except HEALTH_PATH and ADMIN_PORT. A change takes effect at once.',
    example: '/run/secrets/htpasswd',
  }),
  trustedProxies: define({
    name: 'TRUSTED_PROXIES',
    group: 'Clients',
    type: networks,
    default: [],
    defaultRule: 'none: the client is whoever connects',
    readBy: ['nginx'],
    help: 'Load balancers whose word about a client is believed: its address, protocol, host and port (X-Forwarded-For, -Proto, -Host, -Port). `private` stands for all private networks; `cloudflare`, `cloudfront` and `fastly` for those that they ask from.',
    example: 'private',
  }),
  proxyProtocol: define({
    name: 'PROXY_PROTOCOL',
    group: 'Clients',
    type: toggle,
    default: false,
    readBy: ['nginx'],
    help: 'TRUSTED_PROXIES speak the PROXY protocol, as an NLB or HAProxy can, and tell the client by that alone. Connections without it are refused.',
    example: 'on',
  }),
  rateLimit: define({
    name: 'RATE_LIMIT',
    group: 'Clients',
    type: offOr(rate),
    default: 'off',
    readBy: ['nginx'],
    help: 'So many requests for the app are taken from one address, two seconds’ worth (at least ten) at once; the others are answered 429.',
    example: '10r/s',
  }),
  connectionLimit: define({
    name: 'CONNECTION_LIMIT',
    group: 'Clients',
    type: offOr(count(1, 65_535)),
    default: 'off',
    readBy: ['nginx'],
    help: 'So many connections are served at a time for one address (of HTTP/2: requests); others are answered 429.',
    example: '50',
  }),

  tlsCertificate: define({
    name: 'TLS_CERTIFICATE',
    group: 'TLS',
    type: absoluteFile,
    default: undefined,
    defaultRule: 'none: no TLS',
    readBy: ['nginx', 'primary'],
    help: 'A mounted file with the certificate and those between it and the root (PEM). It is loaded anew when it changes.',
    example: '/run/secrets/tls.crt',
  }),
  tlsKey: define({
    name: 'TLS_KEY',
    group: 'TLS',
    type: absoluteFile,
    default: undefined,
    defaultRule: 'none: no TLS',
    readBy: ['nginx', 'primary'],
    help: 'A mounted file with the key of TLS_CERTIFICATE (PEM, without a passphrase).',
    example: '/run/secrets/tls.key',
  }),
  tlsPort: define({
    name: 'TLS_PORT',
    group: 'TLS',
    type: port,
    default: 8443,
    readBy: ['nginx'],
    help: 'The port for HTTPS, with HTTP/2.',
    example: '443',
  }),
  tlsRedirect: define({
    name: 'TLS_REDIRECT',
    group: 'TLS',
    type: toggle,
    default: true,
    readBy: ['nginx'],
    help: 'What comes without TLS is sent on to HTTPS (308), except HEALTH_PATH.',
    example: 'off',
  }),

  staticPaths: define({
    name: 'STATIC_PATH',
    group: 'Files',
    type: staticPaths,
    default: [{ url: undefined, path: '/app/public' }],
    defaultRule: '/app/public, if it exists, and the hashed assets of known frameworks',
    readBy: ['nginx'],
    help: 'The folder whose files nginx sends itself, before the app gets the request; or several, each with its URL path. Relative to /app in pairs.',
    example: '/_next/static=.next/static,/=public',
  }),
  staticUrl: define({
    name: 'STATIC_URL',
    group: 'Files',
    type: urlPrefix,
    default: '/',
    readBy: ['nginx'],
    help: 'Where the files of STATIC_PATH lie in URLs.',
    example: '/static',
  }),
  staticIndex: define({
    name: 'STATIC_INDEX',
    group: 'Files',
    type: toggle,
    default: false,
    readBy: ['nginx'],
    help: 'For single-page apps: a page that neither the files nor the app know (404) is answered with index.html of STATIC_PATH.',
    example: 'on',
  }),

  errorPages: define({
    name: 'ERROR_PAGES',
    group: 'Files',
    type: folder,
    default: undefined,
    defaultRule: "none: the image's own pages",
    readBy: ['nginx'],
    help: 'A folder with pages for what nginx answers itself when something is wrong: `404.html`, `502.html`, `50x.html`, `5xx.html`, `maintenance.html`. For clients that accept HTML; what the app answers is never replaced.',
    example: '/app/error-pages',
  }),
  privatePath: define({
    name: 'NGINX_PRIVATE_PATH',
    group: 'Files',
    type: folder,
    default: undefined,
    defaultRule: 'none',
    readBy: ['nginx'],
    help: 'A folder of which nginx sends a file when the app says so: with the answer header `X-Accel-Redirect: /_private/NAME`.',
    example: '/data/invoices',
  }),

  logLevel: define({
    name: 'LOG_LEVEL',
    group: 'Logs',
    type: oneOf({
      debug: ['trace', 'verbose', 'silly', 'all'],
      info: ['notice', 'http', 'log'],
      warn: ['warning'],
      error: ['err', 'critical', 'crit', 'fatal', 'alert', 'emerg', 'silent', 'off', 'none'],
    }),
    default: 'info',
    readBy: ['entrypoint', 'primary', 'worker', 'nginx'],
    help: "What the server itself says, and nginx's error log; the words of other loggers are understood. The app finds it in its environment as it is.",
    example: 'debug',
  }),
  accessLog: define({
    name: 'ACCESS_LOG',
    group: 'Logs',
    type: accessLog,
    default: { kind: 'on' },
    whenEmpty: { kind: 'off' },
    readBy: ['nginx'],
    help: 'Which requests have a line on standard output: all, none, those with an error, or slow ones. Health probes have none.',
    example: 'slow:500ms',
  }),
  accessLogQuery: define({
    name: 'ACCESS_LOG_QUERY',
    group: 'Logs',
    type: toggle,
    default: false,
    readBy: ['nginx'],
    help: 'Logs URLs with their query, which may hold tokens and personal data.',
    example: 'on',
  }),
  logFormat: define({
    name: 'LOG_FORMAT',
    group: 'Logs',
    type: oneOf({
      auto: ['default'],
      json: ['structured'],
      text: ['pretty', 'plain', 'human', 'simple', 'dev', 'short', 'tiny'],
      logfmt: [],
      combined: [],
      common: ['clf'],
    }),
    default: 'auto',
    defaultRule: "`auto`: requests as JSON (text on a terminal), the server's own lines as text",
    readBy: ['entrypoint', 'primary', 'worker', 'nginx'],
    help: "How lines are written: `json` for requests, the server's own lines and nginx's errors; the other formats for requests alone.",
    example: 'text',
  }),

  adminPort: define({
    name: 'ADMIN_PORT',
    group: 'Health',
    type: zeroOr(port, 'none'),
    default: 9000,
    readBy: ['primary'],
    help: 'The port that answers /livez, /readyz, /startupz and /status, while every worker is blocked, too. Read-only; do not publish it to the internet.',
    example: '9100',
  }),
  adminHost: define({
    name: 'ADMIN_HOST',
    group: 'Health',
    type: address,
    default: undefined,
    defaultRule: "all of the container's addresses",
    readBy: ['primary'],
    help: 'The address that ADMIN_PORT is opened on.',
    example: '127.0.0.1',
  }),

  healthCommand: define({
    name: 'HEALTH_COMMAND',
    group: 'Health',
    type: words,
    default: [],
    defaultRule: 'none: a command is healthy while it runs',
    readBy: ['entrypoint'],
    help: 'In a container that runs one process type or another command: what the image’s health check runs. Exit code 0 is healthy.',
    example: 'test -n "$(find /tmp/alive -mmin -1)"',
  }),

  drainDelayMs: define({
    name: 'DRAIN_DELAY',
    group: 'Stop',
    type: duration(0, 10 * minute, 5 * minute),
    default: 0,
    readBy: ['supervisor'],
    help: 'How long a container that was asked to stop goes on serving, so that load balancers notice.',
    example: '5s',
  }),
  stopTimeoutMs: define({
    name: 'STOP_TIMEOUT',
    group: 'Stop',
    type: duration(1000, hour, hour),
    default: 25_000,
    readBy: ['supervisor', 'nginx', 'primary'],
    help: 'How long a stop may take in all. Keep it below what the orchestrator waits (Docker 10 s, ECS 30 s).',
    example: '110s',
  }),
} as const;

export type Schema = typeof schema;
export type Key = keyof Schema;

type Value<D extends Definition<unknown>> =
  D['type'] extends Type<infer T> ? (undefined extends D['default'] ? T | undefined : T) : never;

/** The typed values. Durations are in milliseconds, sizes in bytes. */
export type Values = { readonly [K in Key]: Value<Schema[K]> };

/** Every setting, for code that treats all of them alike. */
export const definitions = Object.entries(schema) as readonly (readonly [Key, Definition<unknown>])[];

/**
 * An unknown name with a reserved prefix is an error. An app may have variables of its own that begin with `STATIC_` or
 * `WORKER_` (STATIC_DIR, WORKER_CONCURRENCY): with a shared prefix, a near miss is an error, and any other name is the app's.
 */
export const namePrefixes = { reserved: ['NGINX_'], shared: ['STATIC_', 'WORKER_', 'MAX_WORKER_'] } as const;
