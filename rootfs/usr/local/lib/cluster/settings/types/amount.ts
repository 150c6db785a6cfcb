// Amounts with a unit: durations, sizes, rates.
import { formatDuration, formatSize, sizeUnits, timeUnits } from '../units.ts';
import type { Type } from './type.ts';

/** In seconds without a unit. Value in milliseconds. */
export function duration(minMs: number, maxMs: number): Type<number> {
  return {
    allowed: `a duration such as 30, 30s or 2m, between ${formatDuration(minMs)} and ${formatDuration(maxMs)}`,
    parse(text) {
      const withUnit = /^[\d.]+$/.test(text) ? `${text}s` : text;
      if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h|d))+$/.test(withUnit)) return undefined;
      const parts = Array.from(withUnit.matchAll(/([\d.]+)([a-z]+)/g), ([, amount, name]) => {
        return Number(amount) * (timeUnits.find((unit) => unit.name === name)?.size ?? Number.NaN);
      });
      const ms = Math.round(parts.reduce((sum, part) => sum + part));
      return ms >= minMs && ms <= maxMs ? ms : undefined;
    },
    format: formatDuration,
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

/** In bytes without a unit, with the units of nginx and Docker. Value in bytes. */
export function size(minBytes: number, maxBytes: number): Type<number> {
  return {
    allowed: `a size such as 512k, 10m or 1g, between ${formatSize(minBytes)} and ${formatSize(maxBytes)}`,
    parse(text) {
      const [, amount = '', name] = /^(\d{1,15}(?:\.\d{1,3})?)([bkmg]?)$/i.exec(text) ?? [];
      const unit = sizeUnits.find((unit) => unit.name === name?.toLowerCase().replace('b', ''));
      const bytes = Math.round(Number(amount) * (unit?.size ?? Number.NaN));
      return bytes >= minBytes && bytes <= maxBytes ? bytes : undefined;
    },
    format: formatSize,
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
