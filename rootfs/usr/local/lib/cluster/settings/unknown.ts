// Variables that are no settings, but look like one: a typo would otherwise be ignored in silence.
import leven from 'leven';
import type { Environment, Findings } from './read.ts';
import { type Definition, definitions, ourPrefixes } from './schema.ts';

const byName = new Map<string, Definition<unknown>>(
  definitions.flatMap(([, definition]) => [definition.name, ...definition.aliases].map((name) => [name, definition])),
);
const knownNames = [...byName.keys()];

/** What a Kubernetes service or a Docker link called `nginx` puts into the environment of every container beside it. */
const ofServiceLinks =
  /_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PORT|PROTO|ADDR|START|END))?)?|NAME|ENV_\w+)$/;

/** A variable with a prefix of ours is an error; a near miss without one may be the app's own, so it is a warning. */
export function findUnknown(environment: Environment): Findings {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [name, text = ''] of Object.entries(environment)) {
    if (byName.has(name) || isSecretFile(name)) continue;
    const isOursAlone =
      beginsWith(name, ourPrefixes.alone) && !(name.startsWith('NGINX_') && ofServiceLinks.test(name));
    const near = nearest(name);
    if (isOursAlone || (near !== undefined && beginsWith(name, ourPrefixes.shared))) {
      problems.push(
        `${name} is not a setting of this image. ${near === undefined ? others(name) : `Write ${instead(near, text)}.`}`,
      );
    } else if (near !== undefined) {
      warnings.push(
        `${name} is not a setting of this image. If it is not your app's own, write ${instead(near, text)}.`,
      );
    }
  }
  return { problems, warnings };
}

/** @returns the name of a setting that may have been meant */
export function nearest(name: string): string | undefined {
  const written = name
    .toUpperCase()
    .replaceAll('-', '_')
    .replace(/(?<=.)_FILE$/, '');
  return byName.has(written) ? written : knownNames.find((known) => isNear(known, written));
}

/** Word by word: HTTP_TIMEOUT is as near to STOP_TIMEOUT as a typo, but HTTP is no typo of STOP. */
function isNear(known: string, written: string): boolean {
  if (isNearWord(known.replaceAll('_', ''), written.replaceAll('_', ''), 1)) return true;
  const words = known.split('_');
  const writtenWords = written.split('_');
  return (
    words.length === writtenWords.length && words.every((word, index) => isNearWord(word, writtenWords[index] ?? '', 2))
  );
}

/** @param most so many letters may differ, in words that are long enough to be known by the others */
function isNearWord(known: string, written: string, most: number): boolean {
  const [a, b] = [singular(known), singular(written)];
  const length = Math.min(a.length, b.length);
  const allowed = Math.min(most, length > 5 ? 2 : length > 3 ? 1 : 0);
  const distance = leven(a, b);
  // Two letters exchanged count as two changes.
  return distance <= allowed || (distance === 2 && sorted(a) === sorted(b));
}

function singular(word: string): string {
  return word.replace(/IES$/, 'Y').replace(/S$/, '');
}

function instead(name: string, text: string): string {
  const definition = byName.get(name);
  // The value is repeated only where it is one that the setting could have: anything else may be the app's secret.
  const value = text.trim();
  const fits =
    definition !== undefined && !definition.isSecret && value !== '' && definition.type.parse(value) !== undefined;
  return fits && /^[\w.,:/-]{1,40}$/.test(value) ? `${name}=${value}` : name;
}

/** The settings that begin alike. */
function others(name: string): string {
  const prefix = ourPrefixes.alone.find((prefix) => name.startsWith(prefix)) ?? '';
  return `Those that begin with ${prefix} are ${knownNames.filter((known) => known.startsWith(prefix)).join(', ')}.`;
}

function isSecretFile(name: string): boolean {
  return name.endsWith('_FILE') && byName.get(name.slice(0, -'_FILE'.length))?.isSecret === true;
}

function beginsWith(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

function sorted(text: string): string {
  return [...text].sort().join('');
}
