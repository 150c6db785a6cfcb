// A rule for settings that are right one by one.
import type { Disk } from './findings.ts';
import { type Key, schema, type Values } from './schema.ts';

export interface Rule {
  /** The settings that it compares: it is skipped where one of them is invalid by itself. */
  readonly of: readonly Key[];
  readonly kind: 'problem' | 'warning';
  /** @param isSet whether the user has set it @returns what is wrong and what to do about it */
  check(values: Values, isSet: (key: Key) => boolean, disk: Disk): string | undefined;
}

/** `DRAIN_DELAY=25s` */
export function formatSetting<K extends Key>(key: K, value: Values[K]): string {
  const { name, type } = schema[key];
  return `${name}=${(type.format as (value: Values[K]) => string)(value)}`;
}
