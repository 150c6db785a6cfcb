// Asks nginx itself whether it would start with a configuration.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { errors } from '../errors.ts';

/** What nginx says is wrong, and where. */
export interface Refusal {
  readonly what: string;
  readonly file?: string;
  readonly line?: number;
}

/** @throws ClusterError NGINX_CONFIGURATION_REFUSED with file, line and what stands there */
export function checkNginxConfiguration(file: string): void {
  const refusal = findRefusal(file);
  if (refusal !== undefined) throw errors.nginxConfigurationRefused(describeRefusal(refusal, readFile));
}

/** @returns undefined where nginx would start @throws Error where nginx itself cannot be run */
export function findRefusal(file: string): Refusal | undefined {
  const { status, stderr, error } = spawnSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', file], {
    encoding: 'utf8',
    // nginx opens /dev/stdout as its access log, which it could not do on the socket pair that Node would make.
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  if (error !== undefined) throw error;
  return status === 0 ? undefined : parseRefusal(stderr);
}

/** @param output of `nginx -t`: `nginx: [emerg] unknown directive "x" in /app/nginx/server.d/x.conf:3` */
export function parseRefusal(output: string): Refusal {
  const said = output.split('\n').filter((line) => line !== '' && !line.endsWith(' test failed'));
  const last = said.findLast((line) => /\[(emerg|alert|crit|error)\]/.test(line)) ?? said.at(-1) ?? '';
  const message = last.replace(/^.*?\[\w+\] (\d+#\d+: )?/, '');
  const [, what, file, line] = /^(.*) in (\/[^:]+):(\d+)$/.exec(message) ?? [];
  return what === undefined || file === undefined ? { what: message } : { what, file, line: Number(line) };
}

/** @param read what a file says; undefined where it cannot be read @returns one line */
export function describeRefusal({ what, file, line }: Refusal, read: (file: string) => string | undefined): string {
  if (file === undefined || line === undefined) return `nginx refuses its configuration: ${what}`;
  const text = read(file)?.split('\n')[line - 1]?.trim();
  return `nginx refuses ${file}, line ${line}: ${what}${text === undefined || text === '' ? '' : `. There stands: ${text}`}`;
}

function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
