// This machine's own Debian mirrors, read from its apt configuration: wherever it gets packages, so do we.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './command.js';
const aptFolder = '/etc/apt';
/** Every Debian mirror that this machine's apt uses. @throws Problem if it uses none */
export function aptSources() {
    const folder = join(aptFolder, 'sources.list.d');
    const files = [
        join(aptFolder, 'sources.list'),
        ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
    ];
    const mirrors = files
        .filter((file) => existsSync(file))
        .flatMap((file) => {
        const text = readFileSync(file, 'utf8');
        if (file.endsWith('.sources'))
            return parseStanzas(text);
        return file.endsWith('.list') ? parseOneLine(text) : [];
    })
        .filter(({ uri }) => /\/debian(-security)?\/?$/.test(uri));
    if (mirrors.length === 0) {
        throw new Problem('no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d. Add one (see `man sources.list`), then run this again.');
    }
    return mirrors;
}
/** The one mirror of `mirrors` that has the main archive, asked for another suite. */
export function withSuite(mirrors, suite) {
    const main = mirrors.find(({ uri }) => !/-security\/?$/.test(uri)) ?? mirrors[0];
    if (main === undefined)
        throw new Problem('no Debian mirror is configured for apt.');
    return { ...main, suites: [suite] };
}
/** deb822 files (`*.sources`). https://manpages.debian.org/sources.list.5 */
export function parseStanzas(text) {
    return text.split(/\n\s*\n/).flatMap((paragraph) => {
        const field = (name) => paragraph
            .match(new RegExp(`^${name}:[ \\t]*(.+)$`, 'im'))?.[1]
            ?.trim()
            .split(/\s+/);
        const suites = field('Suites');
        if (!field('Types')?.includes('deb') || suites === undefined || field('Enabled')?.[0] === 'no')
            return [];
        return (field('URIs') ?? []).map((uri) => ({ uri, suites, signedBy: field('Signed-By')?.[0] }));
    });
}
/** One-line files (`*.list`): deb [options] uri suite component… */
export function parseOneLine(text) {
    return text.split('\n').flatMap((line) => {
        const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line);
        if (match === null)
            return [];
        const [, options = '', uri = '', suite = ''] = match;
        return [{ uri, suites: [suite], signedBy: /signed-by=(\S+)/.exec(options)?.[1] }];
    });
}
