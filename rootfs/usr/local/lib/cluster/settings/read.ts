// Environment → Settings, or all problems at once. The only place that looks at the environment for settings.
import { errors } from '../errors.ts';
import { type Disk, disk, findConflicts } from './conflicts.ts';
import { type Definition, definitions, type Key, type Values } from './schema.ts';
import { assignment, quoted, whyUnread } from './text.ts';
import { findUnknown } from './unknown.ts';

/** `development`: `docker run -v .:/app IMAGE dev`. */
export type Mode = 'production' | 'development';

/** What the rest of the server works with. */
export type Settings = Values & { readonly mode: Mode };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value came from. `variable` is the name that the user has set. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'file'; readonly variable: string; readonly path: string };

/** Each one line, with what to do about it. */
export interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** What reading asks of the file system. */
export type Files = Disk;

export interface Reading {
  readonly settings: Settings;
  readonly origins: Readonly<Record<Key, Origin>>;
  readonly warnings: readonly string[];
}

/**
 * @param environment variables as the container got them; an empty value counts as not set
 * @param mode by the command that the container was started with
 * @throws ClusterError SETTINGS_INVALID with a line for each problem, warnings before them
 */
export function readSettings(environment: Environment, mode: Mode = 'production', from: Files = disk): Reading {
  const problems: string[] = [];
  const wrong = new Set<Key>();
  const values: Partial<Record<Key, unknown>> = {};
  const origins: Partial<Record<Key, Origin>> = {};
  for (const [key, definition] of definitions) {
    const { value, origin, problem } = readOne(definition, environment, from);
    values[key] = value;
    origins[key] = origin;
    if (problem === undefined) continue;
    problems.push(problem);
    wrong.add(key);
  }
  const settings = { mode, ...values } as Settings;
  const unknown = findUnknown(environment);
  const conflicts = findConflicts(
    settings,
    (key) => wrong.has(key),
    (key) => origins[key]?.kind !== 'default',
    from,
  );
  problems.push(...unknown.problems, ...conflicts.problems);
  const warnings = [...unknown.warnings, ...conflicts.warnings];
  if (problems.length > 0) throw errors.settingsInvalid(warnings, problems);
  return { settings, origins: origins as Record<Key, Origin>, warnings };
}

interface Read {
  readonly value?: unknown;
  readonly origin: Origin;
  readonly problem?: string;
}

function readOne(definition: Definition<unknown>, environment: Environment, from: Files): Read {
  const { name, aliases, isSecret } = definition;
  const [variable, ...others] = [name, ...aliases].filter((alias) => (environment[alias] ?? '') !== '');
  const fileVariable = `${name}_FILE`;
  const path = isSecret ? (environment[fileVariable] ?? '') : '';
  if (path !== '') {
    const origin: Origin = { kind: 'file', variable: fileVariable, path };
    if (variable !== undefined) {
      return { origin, problem: `${variable} and ${fileVariable} are both set: keep one of them.` };
    }
    try {
      return { origin, ...parse(definition, fileVariable, from.read(path).replace(/\r?\n$/, '')) };
    } catch (error) {
      return { origin, problem: `${fileVariable}=${quoted(path)} ${whyUnread(error)}` };
    }
  }
  if (variable === undefined) {
    const isEmptied = 'whenEmpty' in definition && environment[name] === '';
    return isEmptied
      ? { origin: { kind: 'environment', variable: name }, value: definition.whenEmpty }
      : { origin: { kind: 'default' }, value: definition.default };
  }
  const origin: Origin = { kind: 'environment', variable };
  const text = environment[variable] ?? '';
  const disagreeing = others.find((other) => environment[other] !== text);
  if (disagreeing !== undefined) {
    const both = [variable, disagreeing].map((each) => assignment(definition, each, environment[each] ?? ''));
    return { origin, problem: `${both.join(' and ')} mean the same setting: keep one of them.` };
  }
  return { origin, ...parse(definition, variable, text) };
}

/** @param variable the one that the text was found in */
function parse(definition: Definition<unknown>, variable: string, text: string): { value?: unknown; problem?: string } {
  const { name, type, example } = definition;
  const given = assignment(definition, variable, text);
  // The app's own variables are as wrong, and nothing else would say so.
  if (text.endsWith('\r')) {
    return {
      problem: `${given}: ends with a carriage return, as in an env file with Windows line ends (CRLF). Save that file with LF.`,
    };
  }
  const value = type.parse(text.trim());
  if (value !== undefined) return { value };
  const explained = type.explain?.(text.trim());
  const meant = guesses(definition, text.trim()).find((guess) => type.parse(guess) !== undefined);
  const remedy =
    meant === undefined || definition.isSecret ? `For example ${name}=${example}.` : `Write ${variable}=${meant}.`;
  return {
    problem: `${given}: ${explained === undefined ? '' : `${explained}; it `}must be ${type.allowed}. ${remedy}`,
  };
}

/** `docker run --env-file` keeps quotes as a part of the value. */
function guesses({ type }: Definition<unknown>, text: string): readonly string[] {
  const bare = text.replace(/^(["'])(.*)\1$/, '$2').trim();
  return [bare, ...(type.guess?.(bare) ?? [])].filter((guess) => guess !== '');
}
