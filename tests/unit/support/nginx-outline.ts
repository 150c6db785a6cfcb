// nginx.conf as a list: each directive with the blocks around it.
import type { NginxContext } from '../../../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import { renderTemplate } from '../../../rootfs/usr/local/lib/cluster/nginx/config/template.ts';
import { directivesOf } from '../../../rootfs/usr/local/lib/cluster/nginx/directives.ts';
import type { Environment } from '../../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import type { Mode } from '../../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { contextOf, settingsOf } from '../../support/nginx-variants.ts';

export type Variant = [environment: Environment, more?: Partial<NginxContext>, mode?: Mode];

/** @returns each directive's words, with those of the blocks around it in front: `server > location / > root /srv` */
export function render(...[environment, more = {}, mode = 'production']: Variant): string[] {
  return outline(renderTemplate({ ...contextOf(settingsOf(environment, mode)), ...more }));
}

/** @returns the same of a text */
export function outline(text: string): string[] {
  const blocks: string[] = [];
  return directivesOf(text).map(({ path, words }) => {
    const around = path.slice(0, path.length - (words[0]?.length ?? 0)).trim();
    const depth = around === '' ? 0 : around.split(' ').length;
    blocks.length = depth;
    const line = words.join(' ');
    const found = [...blocks, line].join(' > ').replace(/^http > /, '');
    blocks.push(line);
    return found;
  });
}

/** @param begins how lines begin @returns the rest of those lines */
export function below(lines: readonly string[], begins: string): string[] {
  return lines.filter((line) => line.startsWith(begins)).map((line) => line.slice(begins.length));
}

export function has(lines: readonly string[], pattern: RegExp): boolean {
  return lines.some((line) => pattern.test(line));
}
