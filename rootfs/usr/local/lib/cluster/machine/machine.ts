// What this container may really use. Node's own answers do not know: os.availableParallelism() ignored
// `docker run --cpus=1` on cgroup v1 and rounds 1.5 down on v2; os.totalmem() is the host's.
import { readFileSync } from 'node:fs';
import { cgroupLimits, type ReadFile } from './cgroup.ts';
import { askEcs, type EcsLimits } from './ecs.ts';

/** A number and where it comes from, as a phrase. */
export interface Known {
  readonly value: number;
  readonly source: string;
}

export interface Machine {
  /** CPUs, with their fraction. */
  readonly cpus: Known;
  /** No limit says that all of them are meant for this container. */
  readonly hasUnlimitedCpus: boolean;
  readonly memoryBytes: Known;
  /** Files and sockets that a process may have open (ulimit). */
  readonly openFiles: number;
  /** In a pod: the node is shared with others. */
  readonly isKubernetes: boolean;
}

/** What is not in files. */
export interface Surroundings {
  readonly ecs: EcsLimits | undefined;
  readonly isKubernetes: boolean;
}

const gibibyte = 1024 ** 3;

/** Pure: of the files of /proc and /sys and the answers of ECS. */
export function machineOf(readFile: ReadFile, { ecs, isKubernetes }: Surroundings): Machine {
  const limits = cgroupLimits(readFile);
  const hostCpus = sizeOfList(readFile('/sys/devices/system/cpu/online')) ?? 1;
  const affinity =
    sizeOfList(/^Cpus_allowed_list:\s*(\S+)/m.exec(readFile('/proc/self/status') ?? '')?.[1]) ?? hostCpus;
  const hostMemory = Number(/^MemTotal:\s*(\d+) kB/m.exec(readFile('/proc/meminfo') ?? '')?.[1] ?? Number.NaN) * 1024;
  const cpus = smallest([
    { value: hostCpus, source: 'all CPUs of the host' },
    { value: affinity, source: 'the CPUs that it is bound to (cpuset)' },
    { value: limits.cpus, source: "the container's CPU limit (cgroup)" },
    { value: ecs?.cpus, source: "the ECS task's CPU" },
  ]);
  return {
    cpus,
    hasUnlimitedCpus: cpus.value === hostCpus && limits.cpus === undefined && ecs?.cpus === undefined,
    memoryBytes: smallest([
      // A host whose memory cannot be read is taken for a small one.
      { value: Number.isNaN(hostMemory) ? gibibyte : hostMemory, source: "the host's memory, since no limit is set" },
      { value: limits.memoryBytes, source: "the container's memory limit (cgroup)" },
      { value: ecs?.memoryBytes, source: "the ECS task's memory" },
    ]),
    openFiles: hardLimit(readFile('/proc/self/limits')),
    isKubernetes,
  };
}

/** A line: `Max open files            1024                 524288               files`, soft and hard. A process may go up to the hard one. */
function hardLimit(limits: string | undefined): number {
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(limits ?? '') ?? [];
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard);
}

/** @param environment of this process, where ECS and Kubernetes say that they are there */
export async function measureMachine(environment: Readonly<Record<string, string | undefined>>): Promise<Machine> {
  return machineOf(readFileOrNothing, {
    ecs: await askEcs(environment.ECS_CONTAINER_METADATA_URI_V4),
    isKubernetes: environment.KUBERNETES_SERVICE_HOST !== undefined,
  });
}

/** The first of the smallest. */
function smallest(candidates: readonly { value: number | undefined; source: string }[]): Known {
  return candidates.reduce<Known>(
    (least, { value, source }) => (value !== undefined && value < least.value ? { value, source } : least),
    { value: Number.POSITIVE_INFINITY, source: '' },
  );
}

/** `0-3,8` are five CPUs. */
function sizeOfList(list = ''): number | undefined {
  if (!/\d/.test(list)) return undefined;
  return list
    .split(',')
    .map((part) => part.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}

function readFileOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
