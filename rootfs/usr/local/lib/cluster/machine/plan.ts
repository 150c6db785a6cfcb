// Settings and machine → how many processes of each kind, their memory, and how the time to stop is divided. Pure. Each
// number comes with the reason that `cluster config print` shows.
import type { Settings } from '../settings/read.ts';
import { formatSetting } from '../settings/rule.ts';
import type { Machine } from './machine.ts';
import { type Debugger, debuggerOf } from './node-options.ts';

export interface Plan {
  readonly minWorkers: number;
  /** Also the number of slots, each with a unix socket. */
  readonly maxWorkers: number;
  /** With a range: one for each CPU, within the range. */
  readonly startWorkers: number;
  /** What the container may use in all, in bytes. */
  readonly memoryBytes: number;
  /** What a worker may take in all, in bytes. */
  readonly workerMemoryBytes: number;
  /** V8's old generation, in MiB; undefined: NODE_OPTIONS says. */
  readonly heapMb: number | undefined;
  /** Each half of V8's young generation, in MiB; undefined: NODE_OPTIONS says. */
  readonly semiSpaceMb: number | undefined;
  /** Of worker 0; undefined: NODE_OPTIONS asks for none. */
  readonly debugger: Debugger | undefined;
  readonly nginxWorkers: number;
  /** Connections of each nginx worker. */
  readonly nginxConnections: number;
  /** Files and sockets that each may have open. */
  readonly nginxOpenFiles: number;
  /** The part of a request's body that waits in memory, in bytes; a larger body waits in a file. */
  readonly bodyBufferBytes: number;
  /** Why, in one line each. */
  readonly because: Readonly<
    Record<
      'workers' | 'workerMemory' | 'heap' | 'semiSpace' | 'nginxWorkers' | 'nginxConnections' | 'bodyBuffer',
      string
    >
  >;
  /** Settings that do not fit the machine, each one line with what to do about it. */
  readonly warnings: readonly string[];
}

const mebibyte = 1024 ** 2;
/** nginx, the primary and the supervisor. */
const reservedMb = 80;
/** An idle worker takes 45 MB, a small app in it twice that. Fewer workers are better than workers that are killed. */
const minWorkerMb = 128;
/** In a pod without a CPU limit: enough that one blocked worker is not felt, few enough for a node shared with others. */
const maxWorkersInUnlimitedPod = 8;
/** Of a worker's memory; the rest is V8's young generation, buffers and code. */
const heapShare = 0.7;
const minHeapMb = 64;
/** V8's own ceiling where memory is plenty: a larger heap collects its garbage in longer pauses. */
const maxHeapMb = 4096;

/** @param nodeOptions the variable NODE_OPTIONS, which goes before what is planned here */
export function planProcesses(settings: Settings, machine: Machine, nodeOptions = ''): Plan {
  const cpus = roundCpus(machine);
  const workers = planWorkers(settings, machine, cpus);
  const nginx =
    settings.mode === 'development'
      ? { value: 1, because: 'dev mode' }
      : settings.nginxWorkers === 'auto'
        ? { value: cpus.value, because: `one for each CPU: ${cpus.because}` }
        : { value: settings.nginxWorkers, because: 'as set' };
  const memoryMb = Math.floor(machine.memoryBytes.value / mebibyte);
  const processes = countProcesses(settings);
  const shares = workers.max + processes;
  const workerMb = Math.max(1, Math.floor((memoryMb - reservedMb) / shares));
  const heap = planHeap(workerMb, nodeOptions);
  const connections = planConnections(settings, machine);
  const appDebugger = debuggerOf(nodeOptions);
  const bodyBuffer = planBodyBuffer(memoryMb, nginx.value * connections.value);
  return {
    maxWorkers: workers.max,
    minWorkers: workers.min,
    startWorkers: Math.min(workers.max, Math.max(workers.min, cpus.value)),
    memoryBytes: machine.memoryBytes.value,
    workerMemoryBytes: workerMb * mebibyte,
    heapMb: heap.heapMb,
    semiSpaceMb: heap.semiSpaceMb,
    debugger: appDebugger,
    nginxWorkers: nginx.value,
    nginxConnections: connections.value,
    nginxOpenFiles: connections.openFiles,
    bodyBufferBytes: bodyBuffer.value,
    because: {
      workers: workers.because,
      workerMemory: `${memoryMb} MB (${machine.memoryBytes.source}) less ${reservedMb} MB for nginx and the primary${dividedBy(workers.max, processes)}`,
      heap: heap.becauseHeap,
      semiSpace: heap.becauseSemiSpace,
      nginxWorkers: nginx.because,
      nginxConnections: connections.because,
      bodyBuffer: bodyBuffer.because,
    },
    warnings: [
      ...warningsOf(settings, workers.max, processes, memoryMb, workerMb),
      ...connections.warnings,
      ...debuggerWarnings(appDebugger, workers.max),
    ],
  };
}

/** @returns how many processes PROCESSES asks for */
export function countProcesses({ processes }: Pick<Settings, 'processes'>): number {
  return processes.reduce((sum, { count }) => sum + count, 0);
}

function dividedBy(workers: number, processes: number): string {
  if (processes > 0) return `, divided by ${workers + processes}: each web worker, and each process of PROCESSES`;
  return workers === 1 ? '' : `, divided by ${workers}`;
}

/** For a process that is alone in its container. */
export function planAlone(machine: Machine, nodeOptions = ''): Pick<Plan, 'heapMb' | 'semiSpaceMb'> {
  return planHeap(Math.floor(machine.memoryBytes.value / mebibyte), nodeOptions);
}

interface PlannedWorkers {
  readonly min: number;
  readonly max: number;
  readonly because: string;
}

function planWorkers(settings: Settings, machine: Machine, cpus: PlannedNumber): PlannedWorkers {
  const { mode, workers } = settings;
  if (mode === 'development') return { min: 1, max: 1, because: 'dev mode, where it is started anew at each change' };
  if (workers !== 'auto') return { ...workers, because: 'as set' };
  const memoryMb = Math.floor(machine.memoryBytes.value / mebibyte);
  const processes = countProcesses(settings);
  const byMemory = Math.max(1, Math.floor((memoryMb - reservedMb) / minWorkerMb) - processes);
  if (byMemory < cpus.value) {
    const because = `as many as fit into ${memoryMb} MB (${machine.memoryBytes.source}) with ${minWorkerMb} MB each, after ${reservedMb} MB for nginx and the primary${processes === 0 ? '' : ` and as much for each of ${processes} processes (PROCESSES)`}; there would be CPUs for ${cpus.value}`;
    return { min: byMemory, max: byMemory, because };
  }
  return { min: cpus.value, max: cpus.value, because: `one for each CPU: ${cpus.because}` };
}

interface PlannedNumber {
  readonly value: number;
  readonly because: string;
}

/** Half a CPU or more counts as one more. At least one. */
function roundCpus({ cpus, hasUnlimitedCpus, isKubernetes }: Machine): PlannedNumber {
  const value = Math.max(1, Math.round(cpus.value));
  if (isKubernetes && hasUnlimitedCpus && value > maxWorkersInUnlimitedPod) {
    return {
      value: maxWorkersInUnlimitedPod,
      because: `the pod has no CPU limit, so not all ${value} CPUs of its node are taken (resources.limits.cpu, or WORKERS, says otherwise)`,
    };
  }
  const exact = Number.isInteger(cpus.value) ? String(cpus.value) : `${Number(cpus.value.toFixed(2))}, rounded`;
  return { value, because: `${exact}, ${cpus.source}` };
}

/** What nginx has open beside connections: static files, logs, listening sockets. */
const reservedFiles = 64;
const wantedReservedFiles = 2048;

/** As many connections as are set, if the container may open so many files. */
function planConnections({ nginxConnections, nginxOpenFiles }: Settings, { openFiles: limit }: Machine) {
  const openFiles = Math.min(limit, nginxOpenFiles ?? nginxConnections + wantedReservedFiles);
  const value = Math.max(16, Math.min(nginxConnections, openFiles - reservedFiles));
  if (value === nginxConnections) return { value, openFiles, because: 'as set', warnings: [] };
  const remedy = `\`docker run --ulimit nofile=${nginxConnections + wantedReservedFiles}\` (Compose and ECS: \`ulimits\`, nofile)`;
  return {
    value,
    openFiles,
    because: `${openFiles} open files are allowed, ${reservedFiles} of them for others`,
    warnings: [
      `${openFiles} open files allow each nginx worker ${value} connections instead of ${nginxConnections} (NGINX_WORKER_CONNECTIONS). Allow more: ${remedy}.`,
    ],
  };
}

/** Of all memory, if every connection sends a body that waits there. */
const bodyBufferShare = 1 / 8;
/** nginx's own default, and as much as it keeps of an answer that a client takes slowly. */
const minBodyBufferKb = 16;
const maxBodyBufferKb = 128;

/**
 * A body that fits into memory takes less than half the CPU time of one that goes to a file. But one that never ends must
 * not take the memory of others: nginx's buffers double as long as there is enough for all connections.
 */
function planBodyBuffer(memoryMb: number, connections: number): PlannedNumber {
  const fittingKb = (memoryMb * 1024 * bodyBufferShare) / connections;
  const kb = Math.min(maxBodyBufferKb, Math.max(minBodyBufferKb, 2 ** Math.floor(Math.log2(fittingKb))));
  const because =
    kb === maxBodyBufferKb
      ? 'as much as nginx keeps of an answer; a larger body waits in a file'
      : kb === minBodyBufferKb
        ? 'the least; a larger body waits in a file'
        : `an eighth of ${memoryMb} MB, were there ${connections} of them; a larger body waits in a file`;
  return { value: kb * 1024, because };
}

function planHeap(workerMb: number, nodeOptions: string) {
  const heapMb = Math.round(Math.min(maxHeapMb, Math.max(minHeapMb, workerMb * heapShare)));
  // Allocation-heavy handlers: 64 MB cost 12 % less CPU than 32, and 70 MB more memory; 8 MB cost 10 to 15 % more.
  const semiSpaceMb = workerMb < 192 ? 8 : workerMb < 384 ? 16 : workerMb < 1024 ? 32 : 64;
  const [isHeapSet, isSemiSpaceSet] = [/max[-_]old[-_]space[-_]size/, /max[-_]semi[-_]space[-_]size/].map((option) =>
    option.test(nodeOptions),
  );
  const becauseHeap =
    heapMb === maxHeapMb
      ? 'the most that V8 collects in short pauses; NODE_OPTIONS=--max-old-space-size=… asks for more'
      : heapMb === minHeapMb
        ? 'the least that an app can start with'
        : `${heapShare * 100} % of the worker's memory`;
  return {
    heapMb: isHeapSet ? undefined : heapMb,
    semiSpaceMb: isSemiSpaceSet ? undefined : semiSpaceMb,
    becauseHeap: isHeapSet ? 'NODE_OPTIONS' : becauseHeap,
    becauseSemiSpace: isSemiSpaceSet ? 'NODE_OPTIONS' : `by the worker's memory of ${workerMb} MB`,
  };
}

function warningsOf(
  { maxWorkerMemoryBytes, processes: counts }: Settings,
  workers: number,
  processes: number,
  memoryMb: number,
  workerMb: number,
): string[] {
  const warnings: string[] = [];
  if (processes > 0 && workerMb < minWorkerMb) {
    const neededMb = reservedMb + minWorkerMb * (workers + processes);
    warnings.push(
      `${formatSetting('processes', counts)} leaves ${workerMb} MB for each of ${workers} web workers and ${processes} processes in ${memoryMb} MB: the kernel may kill them. Give the container ${neededMb} MB, or run fewer, or run them in containers of their own (\`docker run IMAGE process ${counts[0]?.type}\`).`,
    );
  }
  if (processes === 0 && workers > 1 && workerMb < minWorkerMb) {
    const fitting = Math.max(1, Math.floor((memoryMb - reservedMb) / minWorkerMb));
    warnings.push(
      `WORKERS=${workers} leaves ${workerMb} MB for each of ${workers} workers in ${memoryMb} MB: the kernel may kill them. Write WORKERS=${fitting}, or give the container more memory.`,
    );
  }
  if (processes === 0 && workers === 1 && workerMb < minHeapMb) {
    warnings.push(
      `${memoryMb} MB of memory are little even for one worker: give the container ${reservedMb + minWorkerMb} MB or more.`,
    );
  }
  const maxMb = Math.floor(maxWorkerMemoryBytes / mebibyte);
  if (maxMb > memoryMb - reservedMb) {
    warnings.push(
      `MAX_WORKER_MEMORY=${maxMb}m can never be reached in a container of ${memoryMb} MB: the kernel kills first. Write MAX_WORKER_MEMORY=${Math.max(32, Math.floor(workerMb * 0.9))}m.`,
    );
  }
  return warnings;
}

function debuggerWarnings(appDebugger: Debugger | undefined, workers: number): string[] {
  if (appDebugger === undefined) return [];
  const { host, port } = appDebugger;
  const isLoopback = /^(127\.|localhost$|::1$)/.test(host);
  return [
    ...(isLoopback
      ? [
          `NODE_OPTIONS: the debugger listens on ${host}, which nothing outside of the container reaches. Write --inspect=0.0.0.0:${port}, and publish that port: \`docker run -p ${port}:${port}\`.`,
        ]
      : []),
    ...(workers > 1
      ? [`NODE_OPTIONS: the debugger is that of worker 0, one of ${workers}. Write WORKERS=1 to debug each request.`]
      : []),
  ];
}

/** Options for Node in a worker. */
export function nodeOptionsOf({ heapMb, semiSpaceMb }: Pick<Plan, 'heapMb' | 'semiSpaceMb'>): string[] {
  return [
    ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]),
    ...(semiSpaceMb === undefined ? [] : [`--max-semi-space-size=${semiSpaceMb}`]),
  ];
}

export interface StopBudget {
  /** Time for requests in flight once nginx has closed its port, in ms. */
  readonly requestsMs: number;
  /** Time for the app's own shutdown after that, in ms. */
  readonly workersMs: number;
}

/** How long processes may take to end, in ms: they stop while the web server does. */
export function planProcessStop({ stopTimeoutMs, processStopTimeoutMs }: Settings): number {
  return Math.max(100, Math.min(processStopTimeoutMs, stopTimeoutMs - 1000));
}

/** What is left of STOP_TIMEOUT after DRAIN_DELAY: a quarter, at most 5 s, for the app's close hooks, the rest for requests. */
export function planStop({ stopTimeoutMs, drainDelayMs, nginx }: Settings): StopBudget {
  const leftMs = stopTimeoutMs - drainDelayMs;
  // The workers finish the requests then, too.
  if (!nginx) return { requestsMs: 0, workersMs: leftMs };
  const workersMs = Math.min(5000, Math.round(leftMs / 4));
  return { requestsMs: leftMs - workersMs, workersMs };
}
