// What gixy says of nginx.conf, in the variants that settings can make of it: https://gixy.getpagespeed.com/checks/
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NginxContext, renderNginxConfiguration } from '../rootfs/usr/local/lib/cluster/nginx/template.ts';
import {
  type Environment,
  type Files,
  type Mode,
  readSettings,
} from '../rootfs/usr/local/lib/cluster/settings/read.ts';
import { definitions } from '../rootfs/usr/local/lib/cluster/settings/schema.ts';
import { type Outcome, run } from './command.ts';
import { cacheFolder } from './paths.ts';

/** Checks that are left out, each with the reason. */
const silenced = {
  worker_rlimit_nofile_vs_connections: "the limit is the container's own, unless NGINX_WORKER_OPEN_FILES says another",
  try_files_is_evil_too: 'it is about speed, which bench/ measures',
};

/** Each file and folder that a setting names is there. */
const everything: Files = { isFolder: () => true, isFile: () => true, read: () => '' };

type Variant = { environment: Environment; mode?: Mode; more?: Partial<NginxContext> };

/** What every setting does alone, and what some do together. */
const variants: readonly Variant[] = [
  { environment: {} },
  { environment: {}, more: { hasStaticFolder: false } },
  { environment: {}, more: { isRoot: true, hasIpv6: false } },
  { environment: { STATIC_INDEX: 'on' }, mode: 'development' },
  { environment: { STATIC_URL: '/static', STATIC_INDEX: 'on', TRUSTED_PROXIES: 'private', ACCESS_LOG: 'off' } },
  ...definitions
    .filter(([, { readBy }]) => readBy.includes('nginx'))
    .map(([, { name, example }]) => ({ environment: { [name]: example } })),
];

/** @param program gixy's path */
export async function lintNginx(program: string): Promise<Outcome> {
  const folder = cacheFolder('nginx');
  rmSync(folder, { recursive: true });
  cacheFolder('nginx');
  const files = variants.map(({ environment, mode = 'production', more }) => {
    const names = [...Object.keys(environment), ...Object.keys(more ?? {}), mode];
    const file = join(folder, `${names.join('-')}.conf`);
    const { settings } = readSettings(environment, mode, everything);
    // Debian's types of files are Debian's.
    const text = render({ settings, ...more }).replace('include /etc/nginx/mime.types;', '');
    writeFileSync(file, text);
    return file;
  });
  return run(program, ['--skips', Object.keys(silenced).join(), ...files]);
}

function render(more: Pick<NginxContext, 'settings'> & Partial<NginxContext>): string {
  return renderNginxConfiguration({
    plan: { maxWorkers: 2, nginxWorkers: 2 },
    folder: '/run/nginx',
    isRoot: false,
    hasIpv6: true,
    hasStaticFolder: true,
    requestsMs: 20_000,
    ...more,
  });
}
