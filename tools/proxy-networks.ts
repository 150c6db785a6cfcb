// Fetches the networks of the presets of TRUSTED_PROXIES from those who publish them: `node tools/proxy-networks.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networks } from '../rootfs/usr/local/lib/cluster/settings/types/network.ts';
import { type ProxyNetworks, presetNetworks } from '../rootfs/usr/local/lib/cluster/settings/types/preset-networks.ts';
import { projectRoot } from './paths.ts';

type Preset = keyof typeof presetNetworks;

/** What each publishes, by URL, and how its networks are read. */
const publishers: Readonly<Record<Preset, { urls: readonly string[]; read(text: string): string[] }>> = {
  cloudflare: {
    urls: ['https://www.cloudflare.com/ips-v4', 'https://www.cloudflare.com/ips-v6'],
    read: (text) => text.split(/\s+/).filter((line) => line !== ''),
  },
  cloudfront: { urls: ['https://ip-ranges.amazonaws.com/ip-ranges.json'], read: readAmazon },
  fastly: { urls: ['https://api.fastly.com/public-ip-list'], read: readFastly },
};

/** Those that CloudFront asks an origin from, not those that clients ask. */
export function readAmazon(text: string): string[] {
  const { prefixes, ipv6_prefixes } = JSON.parse(text) as {
    prefixes: { ip_prefix: string; service: string }[];
    ipv6_prefixes: { ipv6_prefix: string; service: string }[];
  };
  const isForOrigins = ({ service }: { service: string }) => service === 'CLOUDFRONT_ORIGIN_FACING';
  return [
    ...prefixes.filter(isForOrigins).map(({ ip_prefix }) => ip_prefix),
    ...ipv6_prefixes.filter(isForOrigins).map(({ ipv6_prefix }) => ipv6_prefix),
  ];
}

export function readFastly(text: string): string[] {
  const { addresses, ipv6_addresses } = JSON.parse(text) as { addresses: string[]; ipv6_addresses: string[] };
  return [...addresses, ...ipv6_addresses];
}

/** @returns the text of settings/types/preset-networks.ts */
export function renderPresets(presets: Readonly<Record<string, ProxyNetworks>>): string {
  const entries = Object.entries(presets).map(([name, { publishedAt, from, asOf, networks }]) =>
    [
      `  ${name}: {`,
      `    publishedAt: '${publishedAt}',`,
      `    from: '${from}',`,
      `    asOf: '${asOf}',`,
      '    networks: [',
      ...networks.map((network) => `      '${network}',`),
      '    ],',
      '  },',
    ].join('\n'),
  );
  return `${head}\nexport const presetNetworks = {\n${entries.join('\n')}\n} as const satisfies Record<string, ProxyNetworks>;\n`;
}

const head = `// Networks of content delivery networks: presets of TRUSTED_PROXIES. Made by \`node tools/proxy-networks.ts\`.

export interface ProxyNetworks {
  /** Where they are published. */
  readonly publishedAt: string;
  /** Where this list was read. */
  readonly from: string;
  /** The day of it. */
  readonly asOf: string;
  readonly networks: readonly string[];
}
`;

async function fetchPreset(name: Preset): Promise<ProxyNetworks> {
  const { urls, read } = publishers[name];
  const lists = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      return read(await response.text());
    }),
  );
  const found = lists.flat();
  // An error page, or another format: half a list would shut users out.
  if (networks.parse(found.join(',')) === undefined || found.length < presetNetworks[name].networks.length / 2) {
    throw new Error(`${urls.join(', ')}: not a list of networks as before (${found.length})`);
  }
  const from = urls.join(' ');
  return { publishedAt: from, from, asOf: new Date().toISOString().slice(0, 10), networks: found };
}

if (import.meta.main) {
  const names = Object.keys(publishers) as Preset[];
  const presets = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await fetchPreset(name)])));
  const file = join(projectRoot, 'rootfs/usr/local/lib/cluster/settings/types/preset-networks.ts');
  writeFileSync(file, renderPresets(presets));
  process.stdout.write(`${file}: ${names.map((name) => `${name} ${presets[name]?.networks.length}`).join(', ')}\n`);
}
