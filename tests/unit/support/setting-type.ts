// What a type of setting promises, as a test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '../../../rootfs/usr/local/lib/cluster/settings/types/type.ts';

export interface Expectations<T> {
  type: Type<T>;
  /** What a text means; undefined: it is refused. */
  reads: readonly (readonly [value: T | undefined, ...texts: string[]])[];
  prints?: readonly (readonly [value: T, text: string])[];
  /** What is meant, for a text that is refused. */
  suggests?: readonly (readonly [suggestions: readonly string[], ...texts: string[]])[];
}

/** @param name what is promised */
export function promise<T>(name: string, { type, reads, prints = [], suggests = [] }: Expectations<T>): void {
  test(name, () => {
    for (const [value, ...texts] of reads) {
      for (const text of texts) assert.deepEqual(type.parse(text), value, `reads ${JSON.stringify(text)}`);
    }
    for (const [value, text] of prints) {
      assert.equal(type.format(value), text, `prints ${JSON.stringify(value)}`);
      assert.deepEqual(type.parse(text), value, `reads again what it prints: ${text}`);
    }
    for (const [suggestions, ...texts] of suggests) {
      for (const text of texts) {
        const useful = type.suggest?.(text).filter((suggestion) => type.parse(suggestion) !== undefined);
        assert.deepEqual([...new Set(useful)], suggestions, `suggests for ${JSON.stringify(text)}`);
      }
    }
  });
}
