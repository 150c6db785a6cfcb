// Whole numbers and ranges of them.
import type { Type } from './type.ts';

/** A whole number, both bounds inclusive. */
export function count(min: number, max: number, allowed = `a whole number between ${min} and ${max}`): Type<number> {
  return { allowed, parse: (text) => parseInteger(text, min, max), format: String };
}

export const port: Type<number> = count(1, 65_535, 'a port between 1 and 65535');

/** Both inclusive, and the same where the number is fixed. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** `4`, or `2-8`. */
export function range(min: number, max: number): Type<Range> {
  return {
    allowed: `a number between ${min} and ${max}, or a range of them such as 2-8`,
    parse(text) {
      const [low = '', high = low, ...more] = text.split('-');
      const [from, to] = [parseInteger(low, min, max), parseInteger(high, min, max)];
      return from === undefined || to === undefined || from > to || more.length > 0
        ? undefined
        : { min: from, max: to };
    },
    format: (value) => (value.min === value.max ? String(value.min) : `${value.min}-${value.max}`),
    explain(text) {
      const [, low, high] = /^(\d+)-(\d+)$/.exec(text) ?? [];
      return Number(low) > Number(high) ? `the minimum ${low} is above the maximum ${high}` : undefined;
    },
    suggest(text) {
      const [, low, high] = /^(\d+)\s*(?:-|–|,|:|\.\.+|to)\s*(\d+)$/.exec(text) ?? [];
      return low === undefined ? [] : [`${low}-${high}`, `${high}-${low}`];
    },
  };
}

/** @returns the number, or undefined where the text is none or out of bounds; both bounds inclusive */
export function parseInteger(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^\d{1,9}$/.test(text) && value >= min && value <= max ? value : undefined;
}
