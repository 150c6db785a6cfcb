// How a variable's text becomes a value, and back. Each type says in words what it allows: the words are part of the error
// messages and of the reference page.

/** @typeParam T what `parse` returns */
export interface Type<T> {
  /** Completes the sentence "NAME must be …". */
  readonly allowed: string;
  /** @returns the value, or undefined where the text is not allowed */
  parse(text: string): T | undefined;
  /** @returns text that `parse` turns into this value again */
  format(value: T): string;
  /** @returns texts that somebody who wrote this one may have meant, likeliest first, allowed or not */
  suggest?(text: string): readonly string[];
  /** @returns what is wrong with this text in particular, where more can be said than what is allowed */
  explain?(text: string): string | undefined;
}

/** What `type` allows, or `auto`. */
export function autoOr<T>(type: Type<T>): Type<T | 'auto'> {
  return {
    ...type,
    allowed: `\`auto\` or ${type.allowed}`,
    parse: (text) => (text === 'auto' ? 'auto' : type.parse(text)),
    format: (value) => (value === 'auto' ? 'auto' : type.format(value as T)),
    suggest: (text) => [/^(auto|max)$/i.test(text) ? 'auto' : '', ...(type.suggest?.(text) ?? [])],
  };
}

/** What `type` allows, or `off`. */
export function offOr<T>(type: Type<T>): Type<T | 'off'> {
  const off = /^(0|off|no|none|false|unlimited|disabled?)$/i;
  return {
    ...type,
    allowed: `\`off\` or ${type.allowed}`,
    parse: (text) => (off.test(text) ? 'off' : type.parse(text)),
    format: (value) => (value === 'off' ? 'off' : type.format(value as T)),
  };
}

/** Zero, written as a word that says what it means, or what `type` allows. */
export function zeroOr(type: Type<number>, meaning: string): Type<number> {
  const zero = /^(0+|off|none|unlimited)$/i;
  return {
    ...type,
    allowed: `${type.allowed}, or 0: ${meaning}`,
    parse: (text) => (zero.test(text) ? 0 : type.parse(text)),
    format: (value) => (value === 0 ? '0' : type.format(value)),
  };
}
