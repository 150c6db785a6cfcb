// Targets for this image, as data: ratios of medians, or bounds. The results page says which are met.

export interface Goal {
  readonly what: string;
  readonly case: string;
  readonly contender: string;
  /** The ratio to this contender counts. Unset: the value itself. */
  readonly against?: string;
  readonly value: string;
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

const cpu = (goal: Goal): Goal => ({ ...goal, what: 'requests per CPU second', value: 'requestsPerCpuSecond' });

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
  { what: 'share of the throughput', case: 'slow', contender: 'ours', value: 'keptShare', atLeast: 0.95 },
  throughput('file-10k', 'ours', 'tuned', 0.95),
  throughput('file-1m', 'ours', 'tuned', 0.95),
  {
    what: 'times one core, by CPU time',
    case: 'hello-2',
    contender: 'ours',
    value: 'timesOneCore',
    atLeast: 1.8,
  },
  { what: 'start, ms', case: 'lifecycle', contender: 'ours', value: 'startMs', atMost: 800 },
  { what: 'stop, ms', case: 'lifecycle', contender: 'ours', value: 'stopMs', atMost: 300 },
  {
    what: 'compressed, without base and app, MB',
    case: 'size',
    contender: 'ours',
    value: 'withoutAppCompressedMB',
    atMost: 30,
  },
];
