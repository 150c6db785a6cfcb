// Words: one of a few, switches, lists.
import { duration } from './amount.ts';
import type { Type } from './type.ts';

/** On or off, in the spellings that people use. */
export const toggle: Type<boolean> = {
  allowed: '`on` or `off` (also `true`, `yes`, `1`, `false`, `no`, `0`)',
  parse(text) {
    if (/^(1|on|yes|true|enabled?)$/i.test(text)) return true;
    if (/^(0|off|no|false|disabled?)$/i.test(text)) return false;
    return undefined;
  },
  format: (value) => (value ? 'on' : 'off'),
};

/** @param spellings each allowed value, with other words that mean it */
export function oneOf<T extends string>(spellings: Readonly<Record<T, readonly string[]>>): Type<T> {
  const values = Object.keys(spellings) as T[];
  return {
    allowed: inWords(values.map((value) => `\`${value}\``)),
    parse: (text) => values.find((value) => value === text || spellings[value].includes(text)),
    format: (value) => value,
    suggest: (text) => [text.toLowerCase()],
  };
}

/** Which requests are logged. */
export type AccessLog =
  | { readonly kind: 'on' | 'off' | 'errors' }
  /** Only those that took at least so long. */
  | { readonly kind: 'slow'; readonly thresholdMs: number };

const threshold = duration(1, 3_600_000, 60_000);

/** `on`, `off`, `errors` or `slow:500ms`. */
export const accessLog: Type<AccessLog> = {
  allowed: '`on`, `off`, `errors` (400 and above) or `slow:` with a duration, such as slow:500ms',
  parse(text) {
    if (text === 'errors') return { kind: 'errors' };
    if (text.startsWith('slow:')) {
      const thresholdMs = threshold.parse(text.slice('slow:'.length));
      return thresholdMs === undefined ? undefined : { kind: 'slow', thresholdMs };
    }
    const isOn = ['-', '/dev/stdout'].includes(text) ? true : toggle.parse(text);
    return isOn === undefined ? undefined : { kind: isOn ? 'on' : 'off' };
  },
  format: (value) => (value.kind === 'slow' ? `slow:${threshold.format(value.thresholdMs)}` : value.kind),
  explain: (text) => (text.startsWith('slow:') ? threshold.explain?.(text.slice('slow:'.length)) : undefined),
  suggest: (text) => [
    text.toLowerCase(),
    ...(/^slow:/.test(text)
      ? (threshold.suggest?.(text.slice('slow:'.length)) ?? []).map((each) => `slow:${each}`)
      : []),
    /^slow/i.test(text) ? 'slow:500ms' : '',
    /^err/i.test(text) ? 'errors' : '',
  ],
};

/** Words as a shell would split them: separated by blanks, kept together by single or double quotes. */
export const words: Type<readonly string[]> = {
  allowed: 'words separated by blanks, with closed quotes',
  parse(text) {
    const pattern = /\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)/gy;
    const found: string[] = [];
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      found.push((match[1] ?? '').replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
      end = match.index + match[0].length;
    }
    return text.slice(end).trim() === '' ? found : undefined;
  },
  format: (value) => value.map(quoteWord).join(' '),
};

/** In double quotes where it needs some; a double quote in it stands in single ones. */
function quoteWord(word: string): string {
  return /^[^\s"']+$/.test(word) ? word : `"${word.replaceAll('"', `"'"'"`)}"`;
}

/** @returns the parts of a list that is separated by commas or blanks */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

function inWords(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
