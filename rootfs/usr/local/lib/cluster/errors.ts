// Every error of this image: a code, one line with what happened and the remedy, and the exit code.

/** An error that a person can act on. `message` is one line: what happened, where, what to change. */
export class ClusterError extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, exitCode: number, message: string) {
    super(message);
    this.name = 'ClusterError';
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** EX_CONFIG of sysexits.h: the user's configuration is invalid. */
export const exitConfiguration = 78;

/** s6-overlay's own exit code when it cannot run in a container. */
export const exitCannotRunHere = 100;

const waysToServe =
  'Export one of: a Fastify plugin, a Fastify instance, an Express, Connect or Koa app, `handler` (req, res), an object with fetch(request); or call listen() on an HTTP server.';

/** What an app threw. */
export interface AppFailure {
  /** One line. */
  readonly message: string;
  /** A second line: what to change. */
  readonly hint?: string | undefined;
}

function reasonOf(failure: AppFailure | undefined): string {
  return failure === undefined ? '. Its own output above says why' : `: ${failure.message}`;
}

function withHint(line: string, hint: string | undefined): string {
  return hint === undefined ? line : `${line}\n${hint}`;
}

export const errors = {
  notProcessOne: () =>
    new ClusterError(
      'NOT_PROCESS_ONE',
      exitCannotRunHere,
      'this image brings its own init, which must be process 1: drop `docker run --init` (Compose: `init: false`; ECS: `"initProcessEnabled": false`; Kubernetes: no `shareProcessNamespace`).',
    ),

  runReadOnly: () =>
    new ClusterError(
      'RUN_READ_ONLY',
      exitCannotRunHere,
      '/run is read-only. With a read-only root add `docker run --tmpfs /run:exec --tmpfs /tmp` (Compose: `tmpfs: ["/run:exec", "/tmp"]`; ECS: `linuxParameters.tmpfs` with the mount option "exec", or a volume at /run that the Dockerfile declares (VOLUME); Swarm: a volume without a name at /run and at /tmp; Kubernetes: an emptyDir at /run and at /tmp).',
    ),

  runNotWritable: (owner: string, uid: number, gid: number) =>
    new ClusterError(
      'RUN_NOT_WRITABLE',
      exitCannotRunHere,
      `/run (${owner}) cannot be written by user ${uid}, group ${gid}. Something is mounted there: make it writable for them (Docker: \`--tmpfs /run:exec,mode=1777\`; Compose: \`tmpfs: ["/run:exec,mode=1777"]\`; ECS: the mount options "exec" and "mode=1777"; Kubernetes: \`securityContext: { fsGroup: ${gid} }\` of the pod).`,
    ),

  runNotExecutable: () =>
    new ClusterError(
      'RUN_NOEXEC',
      exitCannotRunHere,
      '/run is mounted noexec, and the supervisor keeps its scripts there: use `docker run --tmpfs /run:exec` (Compose: `tmpfs: ["/run:exec"]`; ECS: the mount option "exec"; Swarm: a volume without a name at /run).',
    ),

  nodeOptionsRefused: (reason: string) =>
    new ClusterError(
      'NODE_OPTIONS_REFUSED',
      exitConfiguration,
      `Node refuses NODE_OPTIONS: ${reason}. Correct or remove that flag; \`node --help\` lists all flags.`,
    ),

  nodeOptionsUnfit: (flag: string, reason: string) =>
    new ClusterError('NODE_OPTIONS_UNFIT', exitConfiguration, `NODE_OPTIONS: ${flag} ${reason}`),

  settingsInvalid: (warnings: readonly string[], problems: readonly string[]) =>
    new ClusterError(
      'SETTINGS_INVALID',
      exitConfiguration,
      [...warnings.map((warning) => `warning: ${warning}`), ...problems].join('\n'),
    ),

  /** @param name of the setting */
  portNotAllowed: (name: string, port: number, lowest: number, uid: number) =>
    new ClusterError(
      'PORT_NOT_ALLOWED',
      exitConfiguration,
      `${name}=${port}: user ${uid} may open only ports from ${lowest} on here (EACCES). Set ${name} to a port above 1023, such as ${name}=8080, and map ${port} to it (\`docker run -p ${port}:8080\`; Kubernetes: the service's \`targetPort\`); or allow it with \`docker run --sysctl net.ipv4.ip_unprivileged_port_start=${port}\` (Kubernetes: \`securityContext.sysctls\` of the pod; ECS: \`systemControls\`), or run as root with NET_BIND_SERVICE.`,
    ),

  nginxConfigurationRefused: (description: string) =>
    new ClusterError('NGINX_CONFIGURATION_REFUSED', exitConfiguration, description),

  errorPagesMissing: (folder: string) =>
    new ClusterError(
      'ERROR_PAGES_MISSING',
      exitConfiguration,
      `ERROR_PAGES=${folder}: there is no page in it. Name the files after codes (404.html, 502.html), all of a kind (50x.html, 4xx.html, 5xx.html), or maintenance.html.`,
    ),

  appUnreadable: (path: string, uid: number, gid: number) =>
    new ClusterError(
      'APP_UNREADABLE',
      exitConfiguration,
      `/app cannot be read by user ${uid}, group ${gid} (EACCES at ${path}). Make it readable (\`chmod -R a+rX\` on the mounted folder), or use \`docker run --user\` with its owner.`,
    ),

  appMissing: (lookedFor: string, hints: readonly string[]) =>
    new ClusterError(
      'APP_MISSING',
      exitConfiguration,
      `no app found in /app. Looked for ${lookedFor}. ${hints.map((hint) => `${hint}. `).join('')}${hints.length === 0 ? 'Copy the app in (`COPY . /app`), or set APP_MODULE to its file, relative to /app.' : ''}`.trimEnd(),
    ),

  /** @param files in the folder, those that look like an app's */
  appMisplaced: ({ folder, files }: { folder: string; files: readonly string[] }) =>
    new ClusterError(
      'APP_MISPLACED',
      exitConfiguration,
      `no app found in /app, ${files.length === 0 ? `and the working folder is ${folder}` : `but ${folder} has ${files.join(', ')}`}. Only an app in /app is run: in the Dockerfile, write \`WORKDIR /app\` before \`COPY\`, in place of ${folder}.`,
    ),

  appNotBuilt: (framework: string, condition: string | undefined, result: string) =>
    new ClusterError(
      'APP_NOT_BUILT',
      exitConfiguration,
      `/app has the sources of a ${framework} project, without its build. Build it in the Dockerfile (\`RUN npm run build\`)${condition === undefined ? '' : `, ${condition}`}: ${result}.`,
    ),

  nodeFlagRefused: (source: string, reason: string) =>
    new ClusterError(
      'NODE_FLAG_REFUSED',
      exitConfiguration,
      `${source}: ${reason}. Correct the flags, or set APP_MODULE to the file, which is then run without them.`,
    ),

  /** @param others files of /app that would start the app */
  appModuleMissing: (file: string, others: readonly string[]) =>
    new ClusterError(
      'APP_MODULE_MISSING',
      exitConfiguration,
      `APP_MODULE=${file}: there is no such file in /app. ${others.length === 0 ? 'Give a path relative to /app.' : `Give a path relative to /app, such as APP_MODULE=${others[0]}.`}`,
    ),

  appModuleOutside: (file: string) =>
    new ClusterError(
      'APP_MODULE_OUTSIDE',
      exitConfiguration,
      `APP_MODULE=${file} is outside /app. Copy the app into /app and give a path relative to it.`,
    ),

  preStartMissing: (path: string) =>
    new ClusterError(
      'PRE_START_MISSING',
      exitConfiguration,
      `PRE_START_PATH=${path}: there is no such file. Give a path relative to /app, or set it to nothing to run none.`,
    ),

  preStartCrlf: (file: string) =>
    new ClusterError(
      'PRE_START_CRLF',
      exitConfiguration,
      `${file} has Windows line ends (CRLF), which bash takes for a part of each command. Save it with LF (git: \`*.sh text eol=lf\` in .gitattributes).`,
    ),

  /** @param hint a second line */
  preStartFailed: (file: string, code: number | null, signal: string | null, hint?: string) =>
    new ClusterError(
      'PRE_START_FAILED',
      code ?? 1,
      withHint(
        `${file} ${signal === null ? `ended with code ${code}` : `was ended by ${signal}`}, so the app was not started. Its own output above says why.`,
        hint,
      ),
    ),

  appDoesNotServe: (entry: string, found: string) =>
    new ClusterError('APP_DOES_NOT_SERVE', 1, `${entry}: ${found}. ${waysToServe}`),

  appFailed: (entry: string, how: string, exitCode: number, failure?: AppFailure) =>
    new ClusterError(
      'APP_FAILED',
      exitCode,
      withHint(`${entry}: the app ${how} before it was ready${reasonOf(failure)}`, failure?.hint),
    ),

  /** @param hint what may be the reason, as the rest of a sentence that begins with the entry */
  appTooSlow: (entry: string, seconds: number, hint?: string) =>
    new ClusterError(
      'APP_TOO_SLOW',
      1,
      hint === undefined
        ? `${entry}: not listening after ${seconds} s. If it needs longer to start, set BOOT_TIMEOUT; if it never listens: ${waysToServe}`
        : `${entry}: no HTTP server listens after ${seconds} s (BOOT_TIMEOUT); ${hint}`,
    ),

  appStaysClosed: (entry: string, seconds: number) =>
    new ClusterError(
      'APP_STAYS_CLOSED',
      1,
      `${entry}: the app closed its HTTP server and did not listen again within ${seconds} s (BOOT_TIMEOUT). Call listen() again, or end the process: another worker takes its place.`,
    ),

  /** @param state of the container, in sentences */
  noAnswer: (where: string, reason: string, state: string) =>
    new ClusterError('NO_ANSWER', 1, `no answer from ${where} (${reason}). ${state}`),

  notAllowed: (where: string, uid: number, owner: number) =>
    new ClusterError(
      'NOT_ALLOWED',
      1,
      `${where} belongs to user ${owner}, and user ${uid} may not use it (EACCES). Ask as its owner: \`docker exec --user ${owner} NAME cluster …\`. ECS Exec is always root, which may where the task does not drop its capabilities (docs/ecs.md).`,
    ),

  nothingToRun: () =>
    new ClusterError('NOTHING_TO_RUN', 2, 'cluster run: give a command, as in `cluster run node migrate.js`.'),

  notConfigured: () =>
    new ClusterError(
      'NOT_CONFIGURED',
      1,
      'no server was started in this container. `docker exec NAME cluster health` asks a running one.',
    ),

  noTemporaryFolder: (folder: string, reason: string) =>
    new ClusterError(
      'NO_TEMPORARY_FOLDER',
      1,
      `${folder} cannot be written (${reason}), and nginx needs a folder to check its configuration in: add \`--tmpfs /tmp\`.`,
    ),

  unknownSetting: (name: string, known: readonly string[]) =>
    new ClusterError('UNKNOWN_SETTING', 2, `${name}: no such setting. There are: ${known.join(', ')}.`),

  appKeepsCrashing: (entry: string, how: string, exitCode: number, failure?: AppFailure) =>
    new ClusterError(
      'APP_KEEPS_CRASHING',
      exitCode,
      withHint(`${entry}: the app crashed again and again and ${how}${reasonOf(failure)}`, failure?.hint),
    ),

  appDoesNotStayUp: (entry: string, how: string, seconds: number) =>
    new ClusterError(
      'APP_DOES_NOT_STAY_UP',
      1,
      `${entry}: the new worker was ready, and ${how} within ${seconds} s (RELOAD_SETTLE). The log says why.`,
    ),

  portNotOpened: (port: number, reason: string) =>
    new ClusterError('PORT_NOT_OPENED', 1, `PORT=${port} cannot be opened (${reason}). Write another one.`),

  /** @param name of the setting @param holder its command line and pid; undefined: a process that cannot be seen */
  portTaken: (name: string, port: number, holder: { command: string; pid: number } | undefined) =>
    new ClusterError(
      'PORT_TAKEN',
      1,
      `${name}=${port} is taken: ${holder === undefined ? 'another process' : `\`${holder.command}\` (pid ${holder.pid})`} listens on port ${port} of this container. Give it another port, or set ${name} to another one.`,
    ),

  reloadUnderway: () =>
    new ClusterError('RELOAD_UNDERWAY', 1, 'a reload is under way already. `cluster status` shows how far it is.'),

  reloadInterrupted: () =>
    new ClusterError('RELOAD_INTERRUPTED', 1, 'the container is stopping: the reload was not finished.'),

  notAScale: (text: string, slots: number) =>
    new ClusterError(
      'NOT_A_SCALE',
      2,
      `cluster scale ${text}: give a number of workers from 1 to ${slots}, or auto. More than ${slots} take a new start of the container with another WORKERS, such as WORKERS=1-${slots * 2}.`,
    ),

  maintenanceNeedsNginx: () =>
    new ClusterError(
      'MAINTENANCE_NEEDS_NGINX',
      1,
      'cluster maintenance: nginx refuses the requests, and NGINX=off. Refuse them at the ingress, or leave NGINX=off out.',
    ),

  notAMaintenanceState: (text: string) =>
    new ClusterError('NOT_A_MAINTENANCE_STATE', 2, `cluster maintenance ${text}: write on or off.`),

  unknownCommand: (name: string, known: readonly string[]) =>
    new ClusterError('UNKNOWN_COMMAND', 2, `cluster ${name}: no such command. There are: ${known.join(', ')}.`),
} as const;
