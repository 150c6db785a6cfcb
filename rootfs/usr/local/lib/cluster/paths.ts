// The paths of files in a running container. Everything that is written at run time is below /run.

export const appFolder = '/app';
/** Where documentation sends databases and uploads. */
export const dataFolder = '/data';
export const welcomeApp = '/usr/local/share/welcome/main.js';
/** The only file in /app of the bare image. */
export const welcomeMarker = '.welcome';
/** When /app of the bare image was last changed (Dockerfile): every copy into it, be it of nothing, sets another time. */
export const bareImageTimeMs = Date.UTC(2000, 0, 1);
/** Runs where there are only files for nginx. */
export const staticSiteApp = '/usr/local/share/static-site/main.js';

export const runFolder = '/run/cluster';
export const run = {
  /** What the container was configured with: configuration/store.ts. */
  configuration: `${runFolder}/configuration.json`,
  adminSocket: `${runFolder}/admin.sock`,
  /** Where connections wait while no worker serves. */
  waitingSocket: `${runFolder}/waiting.sock`,
  /** Takes commands, from its owner only. */
  controlSocket: `${runFolder}/control.sock`,
  /** A file for each worker, named after its process group: the supervisor ends them when the primary could not. */
  workers: `${runFolder}/workers`,
  /** Exists while at least one worker is ready. */
  ready: `${runFolder}/ready`,
  /** Exists from the first time that a worker was ready. */
  wasReady: `${runFolder}/was-ready`,
  /** Wakes the nginx service, which waits on it until a worker is ready. */
  readyFifo: `${runFolder}/ready.fifo`,
  /** Service directories of the processes of PROCESSES, by name; exists only where there are some. */
  processes: `${runFolder}/processes`,
  /** Wakes the processes service, which waits on it until a worker is ready. */
  processesFifo: `${runFolder}/processes.fifo`,
  /** PROCESS_FAILURE, for the supervisor's scripts. */
  processFailure: `${runFolder}/process-failure`,
  processesKillMs: `${runFolder}/processes-kill-ms`,
  /** Exists where there is no nginx (NGINX=off). */
  noNginx: `${runFolder}/no-nginx`,
  /** Exists from the moment that the container is asked to stop. */
  draining: `${runFolder}/draining`,
  /** Wakes the lame-duck service when the clients' connections have been closed. */
  closedFifo: `${runFolder}/closed.fifo`,
  /** Wakes it when a second signal asks for haste. */
  hastenFifo: `${runFolder}/hasten.fifo`,
  /** Why the container ends by itself, in one line: printed by the supervisor as its last words. */
  reason: `${runFolder}/reason`,
  /** V8's compiled code, so that only the first worker has to make it. */
  compileCache: `${runFolder}/compile-cache`,
  /** Where the image's HEALTHCHECK asks: host, port and path. */
  health: `${runFolder}/health`,
  /** What the services have chrt make of themselves: `batch` or `other`. */
  /** Exists once a command that runs in the place of the server has said that it listens by itself. */
  commandListens: '/run/.command-listens',
  cpuScheduling: `${runFolder}/cpu-scheduling`,
  /** While it exists, nginx refuses all requests but health checks. */
  maintenance: `${runFolder}/maintenance`,
  /** A folder with the FIFOs that processes print into; missing on a terminal. */
  log: `${runFolder}/log`,
  /** How the server's own lines are forwarded: `json` or `text`. */
  logFormat: `${runFolder}/log/format`,
  /** How many bytes of lines may wait for a slow reader of the log. */
  logQueueBytes: `${runFolder}/log/queue-bytes`,
  /** Exists where the server's own lines are JSON. */
  jsonLog: `${runFolder}/json-log`,
  drainDelaySeconds: `${runFolder}/drain-delay-seconds`,
  /** After so long the supervisor kills a service that was asked to stop. */
  nginxKillMs: `${runFolder}/nginx-kill-ms`,
  appKillMs: `${runFolder}/app-kill-ms`,
} as const;

export const nginxFolder = '/run/nginx';
export const nginxConfiguration = `${nginxFolder}/nginx.conf`;
/** Where nginx tells how many connections it has. */
export const nginxStatusSocket = `${nginxFolder}/status.sock`;
/** What a user's own nginx.conf includes. */
export const nginxParts = `${nginxFolder}/parts.conf`;
export const nginxPidFile = `${nginxFolder}/nginx.pid`;

/** Compiled TypeScript: made at boot, and by `cluster build` in an image. */
export const typeScriptCache = '/run/cluster/typescript';
export const prebuiltTypeScript = '/var/cache/cluster/typescript';

/** The unix socket that nginx sends slot `slot`'s requests to. */
export function slotSocket(slot: number): string {
  return `${runFolder}/slot-${slot}.sock`;
}

/** The FIFO that a process prints into: its standard output or standard error. */
export function logFifo(name: string, stream: 'out' | 'err'): string {
  return `${run.log}/${name}.${stream}`;
}

/**
 * @param worker its number
 * @param names how many names there are: a worker gets that of one which has usually ended
 */
export function workerLogName(worker: number, names: number): string {
  return `worker-${worker % names}`;
}

/** What the slot's socket is a symbolic link to: the socket that a worker listens on. */
export function workerSocket(worker: number): string {
  return `${runFolder}/worker-${worker}.sock`;
}
