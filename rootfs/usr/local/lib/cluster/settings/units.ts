// Units of time and size: their names, and how an amount is written with them.

export interface Unit {
  readonly name: string;
  /** In the smallest of its units: milliseconds or bytes. */
  readonly size: number;
}

export const timeUnits: readonly Unit[] = [
  { name: 'ms', size: 1 },
  { name: 's', size: 1000 },
  { name: 'm', size: 60_000 },
  { name: 'h', size: 3_600_000 },
  { name: 'd', size: 86_400_000 },
];

export const sizeUnits: readonly Unit[] = [
  { name: '', size: 1 },
  { name: 'k', size: 1024 },
  { name: 'm', size: 1024 ** 2 },
  { name: 'g', size: 1024 ** 3 },
];

/** `15s`, `5m`. Both settings and nginx read it: https://nginx.org/en/docs/syntax.html */
export function formatDuration(ms: number): string {
  return formatAmount(ms, timeUnits);
}

/** `8h20m`: in all the units that it takes. */
export function describeDuration(ms: number): string {
  let restMs = ms;
  const parts = timeUnits.toReversed().map(({ name, size }) => {
    const amount = Math.floor(restMs / size);
    restMs %= size;
    return amount === 0 ? '' : `${amount}${name}`;
  });
  return parts.join('') || '0';
}

/** `10m`, `16k`. Both settings and nginx read it. */
export function formatSize(bytes: number): string {
  return formatAmount(bytes, sizeUnits);
}

/** In the largest unit that leaves a whole number. */
function formatAmount(amount: number, units: readonly Unit[]): string {
  if (amount === 0) return '0';
  const unit = units.findLast(({ size }) => amount % size === 0) ?? { name: '', size: 1 };
  return `${amount / unit.size}${unit.name}`;
}
