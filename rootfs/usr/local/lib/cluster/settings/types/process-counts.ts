// How many instances of each process type run beside the web server.
import type { Type } from './type.ts';

export interface ProcessCount {
  readonly type: string;
  readonly count: number;
}

/** Of one type: more is a typo, or belongs into containers of its own. */
export const maxProcesses = 64;

/** What nginx, s6 and the shell take for a name, and not for an option, a path or a pattern. */
export const processTypePattern = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** `worker=2,clock=1` */
export const processCounts: Type<readonly ProcessCount[]> = {
  allowed: `process types of the Procfile with a number from 1 to ${maxProcesses}, such as worker=2,clock=1`,
  parse: (text) => (problemOf(text) === undefined ? partsOf(text).map(parsePart) : undefined),
  format: (value) => value.map(({ type, count }) => `${type}=${count}`).join(','),
  explain: problemOf,
};

function partsOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parsePart(part: string): ProcessCount {
  const [type = '', count = ''] = part.split('=');
  return { type, count: Number(count) };
}

/** @returns what is wrong, and what to write */
function problemOf(text: string): string | undefined {
  const types = new Set<string>();
  for (const part of partsOf(text)) {
    const [type = '', count] = part.split(/=(.*)/);
    const shown = JSON.stringify(part);
    if (!processTypePattern.test(type)) return `${shown} is not a process type, \`=\` and a number`;
    if (type === 'web') return 'the web server always runs: leave out `web`, and set WORKERS';
    if (type === 'release') {
      return '`release` runs once and ends: leave it out, and run it with `docker run IMAGE process release` or in prestart.sh';
    }
    if (count === undefined) return `${shown} has no number: write ${type}=1`;
    if (count === '0') return `${shown}: leave out a type that is not to run`;
    if (!/^\d{1,9}$/.test(count) || Number(count) > maxProcesses)
      return `${shown} is not a number from 1 to ${maxProcesses}`;
    if (types.has(type)) return `\`${type}\` is in it twice: write it once`;
    types.add(type);
  }
  return types.size === 0 ? 'there is no process type in it' : undefined;
}
