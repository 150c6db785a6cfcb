// Amounts with a unit: durations, sizes, rates.
import type { Type } from './type.ts';

interface Unit {
  readonly name: string;
  readonly size: number;
}

const timeUnits: readonly Unit[] = [
  { name: 'ms', size: 1 },
  { name: 's', size: 1000 },
  { name: 'm', size: 60_000 },
  { name: 'h', size: 3_600_000 },
  { name: 'd', size: 86_400_000 },
];

/** In seconds without a unit. Value in milliseconds. */
export function duration(minMs: number, maxMs: number): Type<number> {
  return {
    allowed: `a duration such as 30, 30s or 2m, between ${inUnits(minMs, timeUnits)} and ${inUnits(maxMs, timeUnits)}`,
    parse(text) {
      const withUnit = /^[\d.]+$/.test(text) ? `${text}s` : text;
      if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h|d))+$/.test(withUnit)) return undefined;
      const parts = Array.from(withUnit.matchAll(/([\d.]+)([a-z]+)/g), ([, amount, name]) => {
        return Number(amount) * (timeUnits.find((unit) => unit.name === name)?.size ?? Number.NaN);
      });
      const ms = Math.round(parts.reduce((sum, part) => sum + part));
      return ms >= minMs && ms <= maxMs ? ms : undefined;
    },
    format: (ms) => inUnits(ms, timeUnits),
    suggest: (text) => [
      text
        .toLowerCase()
        .replace(/\s/g, '')
        .replace(/m(illi)?sec(ond)?s?/, 'ms')
        .replace(/sec(ond)?s?/, 's')
        .replace(/min(ute)?s?/, 'm')
        .replace(/h(ou)?rs?/, 'h')
        .replace(/days?/, 'd'),
    ],
  };
}

const sizeUnits: readonly Unit[] = [
  { name: '', size: 1 },
  { name: 'k', size: 1024 },
  { name: 'm', size: 1024 ** 2 },
  { name: 'g', size: 1024 ** 3 },
];

/** In bytes without a unit, with the units of nginx and Docker. Value in bytes. */
export function size(minBytes: number, maxBytes: number): Type<number> {
  return {
    allowed: `a size such as 512k, 10m or 1g, between ${inUnits(minBytes, sizeUnits)} and ${inUnits(maxBytes, sizeUnits)}`,
    parse(text) {
      const [, amount = '', name] = /^(\d{1,15}(?:\.\d{1,3})?)([bkmg]?)$/i.exec(text) ?? [];
      const unit = sizeUnits.find((unit) => unit.name === name?.toLowerCase().replace('b', ''));
      const bytes = Math.round(Number(amount) * (unit?.size ?? Number.NaN));
      return bytes >= minBytes && bytes <= maxBytes ? bytes : undefined;
    },
    format: (bytes) => inUnits(bytes, sizeUnits),
    suggest: (text) => [
      text
        .toLowerCase()
        .replace(/\s/g, '')
        .replace(/([kmg])(i?b|bytes?)$/, '$1'),
    ],
  };
}

/** So many requests in a second or a minute, as nginx counts them. */
export interface Rate {
  readonly requests: number;
  readonly per: 's' | 'm';
}

/** `10r/s` */
export const rate: Type<Rate> = {
  allowed: 'a rate such as 10r/s or 600r/m',
  parse(text) {
    const [, amount = '', per] = /^(\d{1,6})r\/([sm])$/.exec(text) ?? [];
    return Number(amount) > 0 ? { requests: Number(amount), per: per as Rate['per'] } : undefined;
  },
  format: ({ requests, per }) => `${requests}r/${per}`,
  suggest(text) {
    const [, amount, per = 's'] = /^(\d{1,6})\s*(?:requests?|req|r)?\s*(?:\/|per)?\s*([sm])?/i.exec(text) ?? [];
    return amount === undefined ? [] : [`${amount}r/${per.toLowerCase()}`];
  },
};

/** In the largest unit that leaves a whole number. */
function inUnits(amount: number, units: readonly Unit[]): string {
  if (amount === 0) return '0';
  const unit = units.findLast(({ size }) => amount % size === 0) ?? { name: '', size: 1 };
  return `${amount / unit.size}${unit.name}`;
}
