// Limits that the kernel holds this container to: control groups, version 1 and 2. A limit may sit on any group above
// ours (Kubernetes: the pod's; ECS: the task's), so the whole path is read and the smallest one counts.
// https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/
import { dirname, join } from 'node:path';

/** The text of a file, or undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

export interface CgroupLimits {
  /** CPU time per wall-clock time; undefined: no quota. */
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
}

export function readCgroupLimits(readFile: ReadFile): CgroupLimits {
  const unified = foldersOf(readFile, 'unified').map((folder) => ({
    cpus: parseQuota(...(readFile(join(folder, 'cpu.max'))?.split(' ') ?? [])),
    memoryBytes: parseBytes(readFile(join(folder, 'memory.max'))),
  }));
  const cpu = foldersOf(readFile, 'cpu').map((folder) =>
    parseQuota(readFile(join(folder, 'cpu.cfs_quota_us')), readFile(join(folder, 'cpu.cfs_period_us'))),
  );
  const memory = foldersOf(readFile, 'memory').map((folder) =>
    parseBytes(readFile(join(folder, 'memory.limit_in_bytes'))),
  );
  return {
    cpus: minimum([...unified.map(({ cpus }) => cpus), ...cpu]),
    memoryBytes: minimum([...unified.map(({ memoryBytes }) => memoryBytes), ...memory]),
  };
}

/** The folders of our own group and of those above it, as far as they can be seen from here. */
function foldersOf(readFile: ReadFile, controller: 'unified' | 'cpu' | 'memory'): string[] {
  const mount = mountOf(readFile('/proc/self/mountinfo') ?? '', controller);
  if (mount === undefined) return [];
  const group = groupOf(readFile('/proc/self/cgroup') ?? '', controller) ?? '/';
  // Docker on version 1 mounts our own group at the place of the root. With a namespace of its own, ours is `/`.
  const below = group.startsWith(join(mount.root, '/')) ? group.slice(mount.root === '/' ? 0 : mount.root.length) : '/';
  const folders = [join(mount.point, below)];
  for (let path = below; path !== '/'; folders.push(join(mount.point, path))) path = dirname(path);
  return folders.map((folder) => folder.replace(/(.)\/$/, '$1'));
}

/** A line: `36 35 98:0 ROOT POINT OPTIONS … - TYPE SOURCE SUPER_OPTIONS`. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
function mountOf(mountinfo: string, controller: string): { root: string; point: string } | undefined {
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, point] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    const isMatch =
      controller === 'unified' ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes(controller);
    if (isMatch && root !== undefined && point !== undefined) return { root, point };
  }
  return undefined;
}

/** A line: `4:cpu,cpuacct:/docker/98cf…`, or of version 2 `0::/…`. */
function groupOf(cgroup: string, controller: string): string | undefined {
  for (const line of cgroup.split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    const isMatch = controller === 'unified' ? controllers === '' : controllers.split(',').includes(controller);
    if (isMatch && path.length > 0) return path.join(':');
  }
  return undefined;
}

/** `max`, `-1` or nothing mean no limit. Both in µs. */
function parseQuota(time?: string, period?: string): number | undefined {
  const cpus = Number(time) / Number(period);
  return cpus > 0 && Number.isFinite(cpus) ? cpus : undefined;
}

function parseBytes(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 ? value : undefined;
}

function minimum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
