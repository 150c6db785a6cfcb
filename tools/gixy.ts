// What gixy says of nginx.conf, in the variants that settings can make of it: https://gixy.getpagespeed.com/checks/
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NginxContext } from '../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import { renderTemplate } from '../rootfs/usr/local/lib/cluster/nginx/config/template.ts';
import type { Environment } from '../rootfs/usr/local/lib/cluster/settings/findings.ts';
import type { Mode } from '../rootfs/usr/local/lib/cluster/settings/read.ts';
import { definitions } from '../rootfs/usr/local/lib/cluster/settings/schema.ts';
import { contextOf, needed, settingsOf, snippets, staticFolder, tls } from '../tests/support/nginx-variants.ts';
import { type Outcome, run } from './command.ts';
import { cacheFolder } from './paths.ts';

/** Checks that are left out, each with the reason. */
const silenced = {
  worker_rlimit_nofile_vs_connections:
    'it wants twice as many files as connections; here a connection is one file, and there are 2,048 more',
  try_files_is_evil_too: 'it is about speed, which bench/ measures',
};

type Variant = { environment: Environment; mode?: Mode; more?: Partial<NginxContext> };

/** What every setting does alone, and what some do together. */
const variants: readonly Variant[] = [
  { environment: {} },
  { environment: {}, more: { folders: [] } },
  { environment: {}, more: { isRoot: true, hasIpv6: false } },
  { environment: { STATIC_INDEX: 'on' }, mode: 'development' },
  { environment: tls, more: { snippets } },
  {
    environment: {},
    more: { folders: [staticFolder(settingsOf({}), { hasSources: true, strayLinks: ['a link'] })], isTerminal: true },
  },
  { environment: { STATIC_URL: '/static', STATIC_INDEX: 'on', TRUSTED_PROXIES: 'private', ACCESS_LOG: 'off' } },
  ...definitions
    .filter(([, { readBy }]) => readBy.includes('nginx'))
    .map(([, { name, example }]) => ({ environment: { ...needed[name], [name]: example } })),
];

/** @param program gixy's path */
export async function lintNginx(program: string): Promise<Outcome> {
  const folder = cacheFolder('nginx');
  rmSync(folder, { recursive: true });
  cacheFolder('nginx');
  const files = variants.map(({ environment, mode = 'production', more }) => {
    const names = [...Object.keys(environment), ...Object.keys(more ?? {}), mode];
    const file = join(folder, `${names.join('-')}.conf`);
    writeFileSync(file, renderTemplate({ ...contextOf(settingsOf(environment, mode)), ...more }));
    return file;
  });
  const report = join(folder, 'findings.json');
  // Without includes: Debian's types of files are Debian's.
  const options = [
    '--disable-includes',
    '--format',
    'json',
    '--output',
    report,
    '--skips',
    Object.keys(silenced).join(),
  ];
  const { code, output } = await run(program, [...options, ...files]);
  if (code === 0 || !existsSync(report)) return { code, output };
  // Most findings are in most variants.
  const findings: Finding[] = JSON.parse(readFileSync(report, 'utf8'));
  const each = new Map(findings.map((finding) => [finding.plugin + finding.config, finding]));
  const texts = [...each.values()].map(({ plugin, path, reason, summary, config }) =>
    [`${path}: ${plugin}: ${reason || summary}`, config.trim()].join('\n'),
  );
  return { code, output: texts.join('\n\n') };
}

/** Of what gixy prints. */
interface Finding {
  readonly path: string;
  readonly plugin: string;
  readonly summary: string;
  readonly reason?: string;
  /** The lines that it is about. */
  readonly config: string;
}
