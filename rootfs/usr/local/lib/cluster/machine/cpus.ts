// How many CPUs this container may really use. Node's own answer knows affinity, but not every kind of quota:
// os.availableParallelism() ignored `docker run --cpus=1` on cgroup v1 (measured on Node 24 and 26).
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The text of a file, or undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

/**
 * CPUs by quota: the smaller of affinity and cgroup quota; a fraction of a half or more counts as one more CPU.
 * @param affinity CPUs that the scheduler may put this process on
 * @returns a whole number, at least 1
 */
export function cpusOf(readFile: ReadFile, affinity: number): number {
  const quota = cgroupV2Quota(readFile) ?? cgroupV1Quota(readFile) ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(affinity, Math.round(quota)));
}

export function availableCpus(): number {
  return cpusOf(readFileOrNothing, availableParallelism());
}

/** `cpu.max` is "quota period" in µs, or "max period". https://docs.kernel.org/admin-guide/cgroup-v2.html */
function cgroupV2Quota(readFile: ReadFile): number | undefined {
  const [quota, period] = readFile('/sys/fs/cgroup/cpu.max')?.trim().split(' ').map(Number) ?? [];
  return ratio(quota, period);
}

/** `cpu.cfs_quota_us` is -1 where there is no limit. https://docs.kernel.org/scheduler/sched-bwc.html */
function cgroupV1Quota(readFile: ReadFile): number | undefined {
  return ratio(
    Number(readFile('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')),
    Number(readFile('/sys/fs/cgroup/cpu/cpu.cfs_period_us')),
  );
}

function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}

function readFileOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
