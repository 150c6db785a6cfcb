// How a variable's text becomes a value, and back. Each type says in words what it allows: the words stand in error
// messages and in the reference page.
import { isIPv4, isIPv6 } from 'node:net';
import { formatDuration, formatSize, sizeUnits, timeUnits } from './units.ts';

/** @typeParam T what `parse` returns */
export interface Type<T> {
  /** Completes the sentence "NAME must be …". */
  readonly allowed: string;
  /** @returns the value, or undefined where the text is not allowed */
  parse(text: string): T | undefined;
  /** @returns text that `parse` turns into this value again */
  format(value: T): string;
  /** @returns texts that somebody who wrote this one may have meant, likeliest first, allowed or not */
  guess?(text: string): readonly string[];
  /** @returns what is wrong with this text in particular, where more can be said than what is allowed */
  explain?(text: string): string | undefined;
}

/** A whole number, both bounds inclusive. */
export function count(min: number, max: number, allowed = `a whole number between ${min} and ${max}`): Type<number> {
  return { allowed, parse: (text) => integer(text, min, max), format: String };
}

export const port: Type<number> = count(1, 65_535, 'a port between 1 and 65535');

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
    guess: (text) => [text.toLowerCase()],
  };
}

/** What `type` allows, or `auto`. */
export function autoOr<T>(type: Type<T>): Type<T | 'auto'> {
  return {
    ...type,
    allowed: `\`auto\` or ${type.allowed}`,
    parse: (text) => (text === 'auto' ? 'auto' : type.parse(text)),
    format: (value) => (value === 'auto' ? 'auto' : type.format(value as T)),
    guess: (text) => [/^(auto|max)$/i.test(text) ? 'auto' : '', ...(type.guess?.(text) ?? [])],
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
      const [from, to] = [integer(low, min, max), integer(high, min, max)];
      return from === undefined || to === undefined || from > to || more.length > 0
        ? undefined
        : { min: from, max: to };
    },
    format: (value) => (value.min === value.max ? String(value.min) : `${value.min}-${value.max}`),
    explain(text) {
      const [, low, high] = /^(\d+)-(\d+)$/.exec(text) ?? [];
      return Number(low) > Number(high) ? `the minimum ${low} is above the maximum ${high}` : undefined;
    },
    guess(text) {
      const [, low, high] = /^(\d+)\s*(?:-|–|,|:|\.\.+|to)\s*(\d+)$/.exec(text) ?? [];
      return low === undefined ? [] : [`${low}-${high}`, `${high}-${low}`];
    },
  };
}

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
    guess: (text) => [
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
    guess: (text) => [
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
  guess(text) {
    const [, amount, per = 's'] = /^(\d{1,6})\s*(?:requests?|req|r)?\s*(?:\/|per)?\s*([sm])?/i.exec(text) ?? [];
    return amount === undefined ? [] : [`${amount}r/${per.toLowerCase()}`];
  },
};

/** Which requests are logged. */
export type AccessLog =
  | { readonly kind: 'on' | 'off' | 'errors' }
  /** Only those that took at least so long. */
  | { readonly kind: 'slow'; readonly thresholdMs: number };

const threshold = duration(1, 3_600_000);

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
  guess: (text) => [text.toLowerCase(), /^slow/i.test(text) ? 'slow:500ms' : '', /^err/i.test(text) ? 'errors' : ''],
};

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

/** A path in URLs. Restricted to characters that mean nothing to nginx, whose configuration matches by it. */
export const urlPath: Type<string> = {
  allowed: 'a URL path of letters, digits, `-`, `.`, `_`, `~` and `/`, such as /healthz',
  parse: (text) => (/^(\/[A-Za-z0-9._~-]+)+$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text) ? text : undefined),
  format: (value) => value,
  guess: (text) => [`/${text.replace(/^\/+|\/+$/g, '')}`],
};

/** Where files lie in URLs: a URL path, or `/` for all of them. */
export const urlPrefix: Type<string> = {
  ...urlPath,
  allowed: '`/` or a URL path of letters, digits, `-`, `.`, `_`, `~` and `/`, such as /static',
  parse: (text) => (text === '/' ? text : urlPath.parse(text.replace(/\/$/, ''))),
};

/** URL paths, separated by commas or blanks. */
export const urlPaths: Type<readonly string[]> = {
  allowed: 'URL paths separated by commas, such as /upload,/api/files',
  parse(text) {
    const paths = listed(text).map((part) => urlPath.parse(part.replace(/\/$/, '')));
    return paths.length > 0 && !paths.includes(undefined) ? (paths as string[]) : undefined;
  },
  format: (value) => value.join(','),
  guess: (text) => [
    listed(text)
      .map((part) => `/${part.replace(/^\/+|\/+$/g, '')}`)
      .join(','),
  ],
};

/** An absolute path of the container that nginx can hold. Value without a slash at its end. */
export const folder: Type<string> = {
  allowed: 'the absolute path of a folder, such as /app/public, without quotes, `$` and `\\`',
  parse(text) {
    const path = text.replace(/\/+$/, '');
    // Control characters and `"` cannot stand in a word of nginx's configuration, and `$` begins a variable there.
    return /^\/[^/]/.test(path) && !/[\p{Cc}\p{Zl}\p{Zp}"'`$\\]/u.test(path) && !/\/\.{1,2}(\/|$)/.test(path)
      ? path
      : undefined;
  },
  format: (value) => value,
  guess: (text) => [`/app/${text.replace(/^\.?\//, '')}`],
};

/** The absolute path of a file that nginx reads. */
export const absoluteFile: Type<string> = {
  allowed: 'the absolute path of a file, without quotes, `$` and `\\`',
  parse: folder.parse,
  format: (value) => value,
};

/** The path of a file, relative to /app or absolute. Where it may lie is the app room's to judge. */
export const file: Type<string> = {
  allowed: 'the path of a file',
  parse: (text) => (/^[^\p{Cc}]+$/u.test(text) ? text : undefined),
  format: (value) => value,
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
  format: (value) => value.map((word) => (/^[^\s"']+$/.test(word) ? word : `"${word}"`)).join(' '),
};

/** An IP address of this container. */
export const address: Type<string> = {
  allowed: 'an IP address, such as 127.0.0.1 or ::1',
  parse: (text) => (isAddress(text) ? text : undefined),
  format: (value) => value,
  guess: (text) => [text === 'localhost' ? '127.0.0.1' : '', text.replace(/^\[(.*)\]$/, '$1')],
};

/** What `private` stands for: addresses that no client on the internet can have (RFC 1918, 4193, 6598, loopback). */
export const privateNetworks: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
];

/** Addresses and networks, separated by commas or blanks. Value as nginx reads them. */
export const networks: Type<readonly string[]> = {
  allowed: '`private`, or addresses and networks (CIDR) separated by commas, such as 10.0.0.0/8,fd00::/8',
  parse(text) {
    const parts = listed(text);
    return parts.length > 0 && parts.every((part) => problemOfNetwork(part) === undefined)
      ? parts.flatMap((part) => (part === 'private' ? privateNetworks : [part]))
      : undefined;
  },
  format: (value) => value.join(','),
  explain(text) {
    const problems = listed(text).map((part) => [part, problemOfNetwork(part)] as const);
    const [part, problem] = problems.find(([, problem]) => problem !== undefined) ?? [];
    return problem === undefined ? undefined : `${JSON.stringify(part)} ${problem}`;
  },
  guess: (text) => [
    text.toLowerCase(),
    listed(text).map(withNaturalLength).join(','),
    /^(all|any|true|yes|1|on|\*|loopback|local)$/i.test(text) ? 'private' : '',
  ],
};

function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

function problemOfNetwork(part: string): string | undefined {
  if (part === 'private') return undefined;
  const [address = '', length, ...more] = part.split('/');
  if (!isAddress(address) || more.length > 0) return 'is neither an address nor a network';
  const max = maxPrefixLength(part);
  return length === undefined || integer(length, 0, max) !== undefined
    ? undefined
    : `has a prefix length that is not between 0 and ${max}`;
}

/** Of a network whose prefix length is wrong, the one that its zeros suggest: 10.0.0.0 is 10.0.0.0/8. */
function withNaturalLength(part: string): string {
  const [address = ''] = part.split('/');
  if (problemOfNetwork(part) === undefined || !isIPv4(address)) return part;
  const zeros = /(\.0)*$/.exec(address)?.[0].length ?? 0;
  return `${address}/${32 - zeros * 4}`;
}

/** Without a zone (`fe80::1%eth0`), which nginx does not take. */
function isAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'));
}

function maxPrefixLength(network: string): number {
  return network.includes(':') ? 128 : 32;
}

function integer(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^\d{1,9}$/.test(text) && value >= min && value <= max ? value : undefined;
}

function inWords(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
