// Environment → Settings, or all problems at once. The only place that looks at the environment for settings.
import { errors } from '../errors.ts';
import { findConflicts } from './conflicts.ts';
import { type Disk, disk, type Environment } from './findings.ts';
import { describeReadError, formatAssignment, quoteValue } from './problem-text.ts';
import { type Definition, definitions, type Key, type Values } from './schema.ts';
import { findUnknown } from './unknown.ts';

/** `development`: `docker run -v .:/app IMAGE dev`. */
export type Mode = 'production' | 'development';

/** What the rest of the server works with. */
export type Settings = Values & { readonly mode: Mode };

/** Where a value came from. `variable` is the name that the user has set. */
export type SettingOrigin =
  | { readonly kind: 'default' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'file'; readonly variable: string; readonly path: string };

export interface Reading {
  readonly settings: Settings;
  readonly origins: Readonly<Record<Key, SettingOrigin>>;
  readonly warnings: readonly string[];
}

/**
 * @param environment variables as the container got them; an empty value counts as not set
 * @param mode by the command that the container was started with
 * @throws ClusterError SETTINGS_INVALID with a line for each problem, warnings before them
 */
export function readSettings(environment: Environment, mode: Mode = 'production', files: Disk = disk): Reading {
  const problems: string[] = [];
  const invalid = new Set<Key>();
  const values: Partial<Record<Key, unknown>> = {};
  const origins: Partial<Record<Key, SettingOrigin>> = {};
  for (const [key, definition] of definitions) {
    const { value, origin, problem } = readOne(definition, environment, files);
    values[key] = value;
    origins[key] = origin;
    if (problem === undefined) continue;
    problems.push(problem);
    invalid.add(key);
  }
  const settings = { mode, ...values } as Settings;
  const unknown = findUnknown(environment);
  const conflicts = findConflicts(
    settings,
    (key) => invalid.has(key),
    (key) => origins[key]?.kind !== 'default',
    files,
  );
  problems.push(...unknown.problems, ...conflicts.problems);
  const warnings = [...unknown.warnings, ...conflicts.warnings];
  if (problems.length > 0) throw errors.settingsInvalid(warnings, problems);
  return { settings, origins: origins as Record<Key, SettingOrigin>, warnings };
}

interface ReadValue {
  readonly value?: unknown;
  readonly origin: SettingOrigin;
  readonly problem?: string;
}

function readOne(definition: Definition<unknown>, environment: Environment, files: Disk): ReadValue {
  const { name, aliases, isSecret } = definition;
  const [variable, ...others] = [name, ...aliases].filter((alias) => (environment[alias] ?? '') !== '');
  const fileVariable = `${name}_FILE`;
  const path = isSecret ? (environment[fileVariable] ?? '') : '';
  if (path !== '') {
    const origin: SettingOrigin = { kind: 'file', variable: fileVariable, path };
    if (variable !== undefined) {
      return { origin, problem: `${variable} and ${fileVariable} are both set: keep one of them.` };
    }
    try {
      return { origin, ...parse(definition, fileVariable, files.read(path).replace(/\r?\n$/, '')) };
    } catch (error) {
      return { origin, problem: `${fileVariable}=${quoteValue(path)} ${describeReadError(error)}` };
    }
  }
  if (variable === undefined) {
    const isSetToNothing = 'whenEmpty' in definition && environment[name] === '';
    return isSetToNothing
      ? { origin: { kind: 'environment', variable: name }, value: definition.whenEmpty }
      : { origin: { kind: 'default' }, value: definition.default };
  }
  const origin: SettingOrigin = { kind: 'environment', variable };
  const text = environment[variable] ?? '';
  const conflicting = others.find((other) => environment[other] !== text);
  if (conflicting !== undefined) {
    const both = [variable, conflicting].map((each) => formatAssignment(definition, each, environment[each] ?? ''));
    return { origin, problem: `${both.join(' and ')} mean the same setting: keep one of them.` };
  }
  return { origin, ...parse(definition, variable, text) };
}

/** @param variable the one that the text was found in */
function parse(definition: Definition<unknown>, variable: string, text: string): { value?: unknown; problem?: string } {
  const { name, type, example } = definition;
  const given = formatAssignment(definition, variable, text);
  // The app's own variables are as wrong, and nothing else would say so.
  if (text.endsWith('\r')) {
    return {
      problem: `${given}: ends with a carriage return, as in an env file with Windows line ends (CRLF). Save that file with LF.`,
    };
  }
  const value = type.parse(text.trim());
  if (value !== undefined) return { value };
  const explained = type.explain?.(text.trim());
  const meant = suggestionsFor(definition, text.trim()).find((suggestion) => type.parse(suggestion) !== undefined);
  const remedy =
    meant === undefined || definition.isSecret ? `For example ${name}=${example}.` : `Write ${variable}=${meant}.`;
  return {
    problem: `${given}: ${explained === undefined ? '' : `${explained}; it `}must be ${type.allowed}. ${remedy}`,
  };
}

/** `docker run --env-file` keeps quotes as a part of the value. */
function suggestionsFor({ type }: Definition<unknown>, text: string): readonly string[] {
  const bare = text.replace(/^(["'])(.*)\1$/, '$2').trim();
  return [bare, ...(type.suggest?.(bare) ?? [])].filter((suggestion) => suggestion !== '');
}
