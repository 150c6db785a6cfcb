// IP addresses and networks.
import { isIPv4, isIPv6 } from 'node:net';
import { parseInteger } from './number.ts';
import { presetNetworks } from './preset-networks.ts';
import type { Type } from './type.ts';
import { splitList } from './word.ts';

/** An IP address of this container. */
export const address: Type<string> = {
  allowed: 'an IP address, such as 127.0.0.1 or ::1',
  parse: (text) => (isAddress(text) ? text : undefined),
  format: (value) => value,
  suggest: (text) => [text === 'localhost' ? '127.0.0.1' : '', text.replace(/^\[(.*)\]$/, '$1')],
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

/** Words for networks that go together. */
const presets: ReadonlyMap<string, readonly string[]> = new Map([
  ['private', privateNetworks],
  ...Object.entries(presetNetworks).map(([name, { networks }]) => [name, networks] as const),
]);

/** Addresses and networks, separated by commas or blanks. Value as nginx reads them. */
export const networks: Type<readonly string[]> = {
  allowed:
    '`private`, `cloudflare`, `cloudfront` or `fastly`, or addresses and networks (CIDR) separated by commas, such as 10.0.0.0/8,fd00::/8',
  parse(text) {
    const parts = splitList(text);
    return parts.length > 0 && parts.every((part) => problemOfNetwork(part) === undefined)
      ? [...new Set(parts.flatMap((part) => presets.get(part) ?? [part]))]
      : undefined;
  },
  format(value) {
    const named = [...presets].filter(([, all]) => all.every((network) => value.includes(network)));
    const others = value.filter((network) => !named.some(([, all]) => all.includes(network)));
    return [...named.map(([name]) => name), ...others].join(',');
  },
  explain(text) {
    const problems = splitList(text).map((part) => [part, problemOfNetwork(part)] as const);
    const [part, problem] = problems.find(([, problem]) => problem !== undefined) ?? [];
    return problem === undefined ? undefined : `${JSON.stringify(part)} ${problem}`;
  },
  suggest: (text) => [
    text.toLowerCase(),
    splitList(text).map(withNaturalLength).join(','),
    /^(all|any|true|yes|1|on|\*|loopback|local)$/i.test(text) ? 'private' : '',
  ],
};

function problemOfNetwork(part: string): string | undefined {
  if (presets.has(part)) return undefined;
  const [address = '', length, ...more] = part.split('/');
  if (!isAddress(address) || more.length > 0) return 'is neither an address nor a network';
  const max = maxPrefixLength(part);
  return length === undefined || parseInteger(length, 0, max) !== undefined
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
