// What this container may use. Node's own functions do not tell: os.availableParallelism() ignored `docker run --cpus=1` on
// cgroup v1 and rounds 1.5 down on v2; os.totalmem() is the host's memory.
import { readFileSync } from 'node:fs';
import { type ReadFile, readCgroupLimits } from './cgroup.ts';
import { type EcsLimits, fetchEcsLimits } from './ecs.ts';

/** A number and where it comes from, as a phrase. */
export interface Measured {
  readonly value: number;
  readonly source: string;
}

export interface Machine {
  /** CPUs, with their fraction. */
  readonly cpus: Measured;
  /** No limit is set: all CPUs of the host, which may be shared with other containers. */
  readonly hasUnlimitedCpus: boolean;
  readonly memoryBytes: Measured;
  /** Files and sockets that a process may have open (ulimit). */
  readonly openFiles: number;
  /** In a pod: the node is shared with others. */
  readonly isKubernetes: boolean;
}

/** What no file tells about the machine. */
export interface Platform {
  readonly ecs: EcsLimits | undefined;
  readonly isKubernetes: boolean;
}

const gibibyte = 1024 ** 3;

/** Pure. @param readFile reads files of /proc and /sys */
export function machineOf(readFile: ReadFile, { ecs, isKubernetes }: Platform): Machine {
  const limits = readCgroupLimits(readFile);
  const hostCpus = countCpus(readFile('/sys/devices/system/cpu/online')) ?? 1;
  const affinity = countCpus(/^Cpus_allowed_list:\s*(\S+)/m.exec(readFile('/proc/self/status') ?? '')?.[1]) ?? hostCpus;
  const hostMemory = Number(/^MemTotal:\s*(\d+) kB/m.exec(readFile('/proc/meminfo') ?? '')?.[1] ?? Number.NaN) * 1024;
  const cpus = mostRestrictive([
    { value: hostCpus, source: 'all CPUs of the host' },
    { value: affinity, source: 'the CPUs that it is bound to (cpuset)' },
    { value: limits.cpus, source: "the container's CPU limit (cgroup)" },
    { value: ecs?.cpus, source: "the ECS task's CPU" },
  ]);
  return {
    cpus,
    hasUnlimitedCpus: cpus.value === hostCpus && limits.cpus === undefined && ecs?.cpus === undefined,
    memoryBytes: mostRestrictive([
      // A host whose memory cannot be read is taken for a small one.
      { value: Number.isNaN(hostMemory) ? gibibyte : hostMemory, source: "the host's memory, since no limit is set" },
      { value: limits.memoryBytes, source: "the container's memory limit (cgroup)" },
      { value: ecs?.memoryBytes, source: "the ECS task's memory" },
    ]),
    openFiles: hardOpenFilesLimit(readFile('/proc/self/limits')),
    isKubernetes,
  };
}

/** A line: `Max open files            1024                 524288               files`, soft and hard. A process may go up to the hard one. */
function hardOpenFilesLimit(limits: string | undefined): number {
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(limits ?? '') ?? [];
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard);
}

/** @param environment of this process, where ECS and Kubernetes say that they are there */
export async function measureMachine(environment: Readonly<Record<string, string | undefined>>): Promise<Machine> {
  return machineOf(readFileIfPresent, {
    ecs: await fetchEcsLimits(environment.ECS_CONTAINER_METADATA_URI_V4),
    isKubernetes: environment.KUBERNETES_SERVICE_HOST !== undefined,
  });
}

/** The smallest value that is known, of equal ones the first. */
function mostRestrictive(candidates: readonly { value: number | undefined; source: string }[]): Measured {
  return candidates.reduce<Measured>(
    (least, { value, source }) => (value !== undefined && value < least.value ? { value, source } : least),
    { value: Number.POSITIVE_INFINITY, source: '' },
  );
}

/** `0-3,8` are five CPUs. */
function countCpus(list = ''): number | undefined {
  if (!/\d/.test(list)) return undefined;
  return list
    .split(',')
    .map((part) => part.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}

function readFileIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
