// How a variable's text becomes a value. Each type says in words what it allows: the words stand in error messages.

/** @typeParam T what `parse` returns */
export interface Type<T> {
  /** Completes the sentence "NAME must be …". */
  readonly allowed: string;
  /** @returns the value, or undefined where the text is not allowed */
  parse(text: string): T | undefined;
}

export const port: Type<number> = {
  allowed: 'a port between 1 and 65535',
  parse: (text) => integer(text, 1, 65_535),
};

export interface WorkerRange {
  readonly min: number;
  readonly max: number;
}

export const workerCount: Type<WorkerRange | 'auto'> = {
  allowed: '`auto`, a number of workers between 1 and 512, or a range such as 1-4',
  parse(text) {
    if (text === 'auto') return 'auto';
    const [min, max = min] = text.split('-').map((part) => integer(part, 1, 512));
    return min === undefined || max === undefined || min > max || text.split('-').length > 2 ? undefined : { min, max };
  },
};

/** An amount of memory in bytes (`100000000`), or with a unit of 1024: `512k`, `300m`, `1g`. */
export const bytes: Type<number> = {
  allowed: 'an amount of memory, such as 300m or 1g',
  parse(text) {
    const match = /^(\d{1,12})([kmg]?)b?$/i.exec(text);
    if (match === null) return undefined;
    const [, amount = '', unit = ''] = match;
    return Number(amount) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ');
  },
};

export const count: Type<number> = {
  allowed: 'a whole number',
  parse: (text) => integer(text, 0, 999_999_999),
};

/** A duration in seconds (`30`, `30s`), minutes (`2m`) or milliseconds (`500ms`). Value in milliseconds. */
export function duration(minMs: number, maxMs: number): Type<number> {
  const unitMs: Record<string, number> = { ms: 1, s: 1000, '': 1000, m: 60_000 };
  return {
    allowed: `a duration between ${minMs / 1000} and ${maxMs / 1000} seconds, such as 30, 30s or 2m`,
    parse(text) {
      const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|)$/.exec(text);
      if (match === null) return undefined;
      const [, amount = '', unit = ''] = match;
      const ms = Math.round(Number(amount) * (unitMs[unit] ?? Number.NaN));
      return ms >= minMs && ms <= maxMs ? ms : undefined;
    },
  };
}

/** A path in URLs. Restricted to characters that mean nothing to nginx, since it is written into its configuration. */
export const urlPath: Type<string> = {
  allowed: 'a URL path of letters, digits, `-`, `.`, `_`, `~` and `/`, such as /healthz',
  parse: (text) => (/^(\/[A-Za-z0-9._~-]+)+$/.test(text) ? text : undefined),
};

/** An absolute path of the container, restricted like a URL path. */
export const folder: Type<string> = {
  allowed: 'an absolute path of letters, digits, `-`, `.`, `_` and `/`, such as /app/public',
  parse: (text) =>
    /^(\/[A-Za-z0-9._-]+)+\/?$/.test(text) && !text.includes('/../') ? text.replace(/\/$/, '') : undefined,
};

/** The path of a file, relative to /app or absolute. Where it may lie is the app room's to judge. */
export const file: Type<string> = {
  allowed: 'the path of a file',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  parse: (text) => (/^[^\u0000-\u001f]+$/.test(text) ? text : undefined),
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
};

function integer(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^\d{1,9}$/.test(text) && value >= min && value <= max ? value : undefined;
}
