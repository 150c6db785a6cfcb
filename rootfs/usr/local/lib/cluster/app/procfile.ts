// Reads a Procfile: a line for each process type, `NAME: COMMAND`. https://devcenter.heroku.com/articles/procfile
import { join } from 'node:path';
import { appFolder } from '../paths.ts';
import { processErrors } from '../process-errors.ts';
import { processTypePattern } from '../settings/types/process-counts.ts';
import type { Folder } from './app-folder.ts';

/** Commands by process type, in the order of the file. */
export type Procfile = ReadonlyMap<string, string>;

export const procfilePath = join(appFolder, 'Procfile');

/** @throws ClusterError PROCFILE_INVALID with one line for each problem */
export function parseProcfile(text: string): Procfile {
  const commands = new Map<string, string>();
  const lineNumbers = new Map<string, number>();
  const problems: string[] = [];
  if (text.includes('\r')) {
    problems.push(
      'line 1: Windows line ends (CRLF). Save the file with LF (git: `Procfile text eol=lf` in .gitattributes)',
    );
  }
  for (const [index, line] of text.split(/\r?\n|\r/).entries()) {
    const number = index + 1;
    if (/^\s*(#|$)/.test(line)) continue;
    const { name = '', command = '', problem } = parseLine(line);
    const first = lineNumbers.get(name);
    if (problem !== undefined) problems.push(`line ${number}: ${problem}`);
    else if (first !== undefined) {
      problems.push(
        `line ${number}: \`${name}\` is already defined on line ${first}. Remove one of the lines, or rename it`,
      );
    } else {
      commands.set(name, command);
      lineNumbers.set(name, number);
    }
  }
  if (problems.length > 0) throw processErrors.procfileInvalid(problems);
  return commands;
}

function parseLine(line: string): { name?: string; command?: string; problem?: string } {
  const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
  if (/^\s/.test(line))
    return { problem: `${shown} begins with white space. Write \`NAME: COMMAND\` at the start of the line` };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(line)) return { problem: `${shown} has a control character. Remove it` };
  const [, name = '', command = ''] = /^([^:]*):(.*)$/.exec(line) ?? [];
  if (name === '')
    return { problem: `${shown} has no process type. Write \`NAME: COMMAND\`, such as \`worker: node worker.js\`` };
  if (!processTypePattern.test(name)) {
    return {
      problem: `${JSON.stringify(name)} is not a process type: use letters, digits, - and _, begin with a letter, at most 32 characters`,
    };
  }
  if (command.trim() === '') return { problem: `\`${name}\` has no command. Write \`${name}: node ${name}.js\`` };
  return { name, command: command.trim() };
}

/** @returns undefined without a Procfile @throws ClusterError PROCFILE_INVALID */
export function readProcfile(folder: Folder): Procfile | undefined {
  const text = folder.read(procfilePath);
  return text === undefined ? undefined : parseProcfile(text);
}
