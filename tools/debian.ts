// This machine's own Debian mirrors, read from its apt configuration: wherever it gets packages, so do we.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, Problem } from './command.ts';

export interface DebianMirror {
  uri: string;
  suites: string[];
  signedBy: string | undefined;
}

const aptFolder = '/etc/apt';

/** Every Debian mirror that this machine's apt uses. @throws Problem if it uses none */
export function aptSources(): DebianMirror[] {
  const folder = join(aptFolder, 'sources.list.d');
  const files = [
    join(aptFolder, 'sources.list'),
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  const mirrors = files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      if (file.endsWith('.sources')) return parseStanzas(text);
      return file.endsWith('.list') ? parseOneLine(text) : [];
    })
    .filter(({ uri }) => /\/debian(-security)?\/?$/.test(uri));
  if (mirrors.length === 0) {
    throw new Problem(
      'no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d. Add one (see `man sources.list`), then run this again.',
    );
  }
  return mirrors;
}

/** The one mirror of `mirrors` that has the main archive, asked for another suite. */
export function withSuite(mirrors: DebianMirror[], suite: string): DebianMirror {
  const main = mirrors.find(({ uri }) => !/-security\/?$/.test(uri)) ?? mirrors[0];
  if (main === undefined) throw new Problem('no Debian mirror is configured for apt.');
  return { ...main, suites: [suite] };
}

/** deb822 files (`*.sources`). https://manpages.debian.org/sources.list.5 */
export function parseStanzas(text: string): DebianMirror[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string) =>
      paragraph
        .match(new RegExp(`^${name}:[ \\t]*(.+)$`, 'im'))?.[1]
        ?.trim()
        .split(/\s+/);
    const suites = field('Suites');
    if (!field('Types')?.includes('deb') || suites === undefined || field('Enabled')?.[0] === 'no') return [];
    return (field('URIs') ?? []).map((uri) => ({ uri, suites, signedBy: field('Signed-By')?.[0] }));
  });
}

/** One-line files (`*.list`): deb [options] uri suite component… */
export function parseOneLine(text: string): DebianMirror[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = ''] = match;
    return [{ uri, suites: [suite], signedBy: /signed-by=(\S+)/.exec(options)?.[1] }];
  });
}

/**
 * Installs packages from this machine's Debian mirror.
 * @param otherwise what to tell a person on a machine that is not Debian, or who is not root
 * @throws Problem
 */
export async function installFromDebian(packages: readonly string[], otherwise: string): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new Problem(otherwise);
  const remedy = 'Check that `apt-get update` works on this machine.';
  await mustRun('apt-get', ['-qq', 'update'], remedy);
  await mustRun('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages], remedy, {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}
