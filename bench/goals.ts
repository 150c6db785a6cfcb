// What this image is meant to reach, each a ratio of medians or a bound: results say which are met, and which are not.

export interface Goal {
  readonly what: string;
  readonly case: string;
  readonly contender: string;
  /** The contender that it is a ratio to; the value itself is what counts where it is not given. */
  readonly against?: string;
  readonly value: string;
  /** Times, of less (CPU time): how many times less. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

const throughput = (caseName: string, contender: string, against: string, atLeast: number): Goal => ({
  what: 'requests/s',
  case: caseName,
  contender,
  against,
  value: 'requestsPerSecond',
  atLeast,
});

const cpu = (goal: Goal): Goal => ({ ...goal, what: 'requests a second of CPU time', value: 'requestsPerCpuSecond' });

export const goals: readonly Goal[] = [
  throughput('fortunes-away', 'ours', 'uwsgi', 15),
  cpu(throughput('fortunes', 'ours', 'uwsgi', 6.5)),
  throughput('wait', 'ours', 'uwsgi', 25),
  throughput('hello', 'ours', 'uwsgi', 6.5),
  throughput('cached', 'ours-cached', 'uwsgi', 14),
  ...['fortunes-away-256', 'fortunes-away-512', 'wait-512'].map((name) => ({
    what: 'errors',
    case: name,
    contender: 'ours',
    value: 'errorShare',
    atMost: 0,
  })),
  throughput('hello', 'ours', 'pm2', 2.5),
  throughput('hello', 'ours-express', 'pm2', 1.2),
  throughput('hello', 'ours', 'fastapi', 4),
  throughput('hello', 'ours', 'tuned', 0.95),
  throughput('hello', 'ours', 'featured', 0.97),
  { what: 'p99', case: 'latency-high', contender: 'ours', against: 'tuned', value: 'p99Ms', atMost: 1 },
  { what: 'of the throughput is kept', case: 'slow', contender: 'ours', value: 'keptShare', atLeast: 0.95 },
  throughput('file-10k', 'ours', 'tuned', 0.95),
  throughput('file-1m', 'ours', 'tuned', 0.95),
  {
    what: 'times what one core could, by CPU time',
    case: 'hello-2',
    contender: 'ours',
    value: 'timesOneCore',
    atLeast: 1.8,
  },
  { what: 'start, ms', case: 'lifecycle', contender: 'ours', value: 'startMs', atMost: 800 },
  { what: 'stop, ms', case: 'lifecycle', contender: 'ours', value: 'stopMs', atMost: 300 },
  {
    what: 'compressed over the base, without an app, MB',
    case: 'size',
    contender: 'ours',
    value: 'withoutAppCompressedMB',
    atMost: 30,
  },
];
