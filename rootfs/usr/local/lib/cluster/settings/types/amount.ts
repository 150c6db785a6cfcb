// Amounts with a unit: durations, sizes, rates.
import { describeDuration, formatDuration, formatSize, sizeUnits, timeUnits } from '../units.ts';
import type { Type } from './type.ts';

/**
 * In seconds without a unit. Value in milliseconds.
 * @param bareMaxMs a number without a unit above this is refused: whoever writes 30000 means milliseconds
 */
export function duration(minMs: number, maxMs: number, bareMaxMs: number): Type<number> {
  const isInBounds = (ms: number | undefined) => ms !== undefined && ms >= minMs && ms <= maxMs;
  /** Set where the text is a number without a unit that is too large for seconds. */
  const withoutUnit = (text: string) =>
    /^\d{1,9}(\.\d{1,3})?$/.test(text) && Number(text) * 1000 > bareMaxMs ? Number(text) : undefined;
  return {
    allowed: `a duration such as 30, 30s or 2m, between ${formatDuration(minMs)} and ${formatDuration(maxMs)}`,
    parse(text) {
      const ms = withoutUnit(text) === undefined ? parseDuration(text) : undefined;
      return isInBounds(ms) ? ms : undefined;
    },
    format: formatDuration,
    explain(text) {
      const number = withoutUnit(text);
      if (number === undefined) return undefined;
      const inSeconds = `${number} without a unit is ${describeDuration(number * 1000)} in seconds`;
      return isInBounds(number * 1000)
        ? `${inSeconds}. If that is meant, write ${number}s, and ${number}ms for milliseconds`
        : `${inSeconds}. For milliseconds, write ${number}ms`;
    },
    suggest(text) {
      const number = withoutUnit(text);
      if (number !== undefined) return [formatDuration(number)];
      return [
        text
          .toLowerCase()
          .replace(/\s/g, '')
          .replace(/m(illi)?sec(ond)?s?/, 'ms')
          .replace(/sec(ond)?s?/, 's')
          .replace(/min(ute)?s?/, 'm')
          .replace(/h(ou)?rs?/, 'h')
          .replace(/days?/, 'd'),
      ];
    },
  };
}

/** @returns milliseconds, or undefined where the text is no duration */
function parseDuration(text: string): number | undefined {
  const withUnit = /^[\d.]+$/.test(text) ? `${text}s` : text;
  if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h|d))+$/.test(withUnit)) return undefined;
  const parts = Array.from(withUnit.matchAll(/([\d.]+)([a-z]+)/g), ([, amount, name]) => {
    return Number(amount) * (timeUnits.find((unit) => unit.name === name)?.size ?? Number.NaN);
  });
  return Math.round(parts.reduce((sum, part) => sum + part));
}

/**
 * In bytes without a unit, with the units of nginx and Docker. Value in bytes.
 * @param bareMinBytes a number without a unit below this is refused: whoever writes 10 means megabytes
 */
export function size(minBytes: number, maxBytes: number, bareMinBytes: number): Type<number> {
  const parse = (text: string) => {
    const [, amount = '', name] = /^(\d{1,15}(?:\.\d{1,3})?)([bkmg]?)$/i.exec(text) ?? [];
    const unit = sizeUnits.find((unit) => unit.name === name?.toLowerCase().replace('b', ''));
    const bytes = Math.round(Number(amount) * (unit?.size ?? Number.NaN));
    return bytes >= minBytes && bytes <= maxBytes ? bytes : undefined;
  };
  const isTiny = (text: string) => /^\d{1,15}(\.\d{1,3})?$/.test(text) && Number(text) < bareMinBytes;
  return {
    allowed: `a size such as 512k, 10m or 1g, between ${formatSize(minBytes)} and ${formatSize(maxBytes)}`,
    parse: (text) => (isTiny(text) ? undefined : parse(text)),
    format: (bytes) => (isTiny(formatSize(bytes)) ? `${bytes}b` : formatSize(bytes)),
    explain(text) {
      if (!isTiny(text)) return undefined;
      const inBytes = `${text} without a unit is ${text} bytes`;
      return parse(text) === undefined ? inBytes : `${inBytes}. If that is meant, write ${text}b`;
    },
    suggest(text) {
      if (isTiny(text)) return text.length < 6 ? [`${text}m`, `${text}k`] : [`${text}k`];
      return [
        text
          .toLowerCase()
          .replace(/\s/g, '')
          .replace(/([kmg])(i?b|bytes?)$/, '$1'),
      ];
    },
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
