// Variables that are no settings, but look like one: a typo would otherwise be ignored without a word.
import leven from 'leven';
import type { Environment, Findings } from './findings.ts';
import { type Definition, definitions, namePrefixes } from './schema.ts';

const definitionsByName = new Map<string, Definition<unknown>>(
  definitions.flatMap(([, definition]) => [definition.name, ...definition.aliases].map((name) => [name, definition])),
);
const knownNames = [...definitionsByName.keys()];
/** What a near miss may have meant. */
const suggestedNames = knownNames.filter((name) => definitionsByName.get(name)?.hasLikeNames !== true);

/** What a Kubernetes service or a Docker link called `nginx` puts into the environment of every container beside it. */
const serviceLinkSuffix =
  /_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PORT|PROTO|ADDR|START|END))?)?|NAME|ENV_\w+)$/;

/** A variable with a reserved prefix is an error; a near miss without one may be the app's own, so it is a warning. */
export function findUnknown(environment: Environment): Findings {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [name, text = ''] of Object.entries(environment)) {
    if (definitionsByName.has(name) || isSecretFile(name)) continue;
    const isReserved =
      hasPrefix(name, namePrefixes.reserved) && !(name.startsWith('NGINX_') && serviceLinkSuffix.test(name));
    const similar = findSimilarName(name);
    if (isReserved || (similar !== undefined && hasPrefix(name, namePrefixes.shared))) {
      problems.push(
        `${name} is not a setting of this image. ${similar === undefined ? listSettingsWithPrefix(name) : `Write ${replacementFor(similar, text)}.`}`,
      );
    } else if (similar !== undefined) {
      warnings.push(
        `${name} is not a setting of this image. If it is not your app's own, write ${replacementFor(similar, text)}.`,
      );
    }
  }
  return { problems, warnings };
}

/** @returns the name of a setting that may have been meant */
function findSimilarName(name: string): string | undefined {
  const normalized = name
    .toUpperCase()
    .replaceAll('-', '_')
    .replace(/(?<=.)_FILE$/, '');
  return definitionsByName.has(normalized)
    ? normalized
    : suggestedNames.find((known) => isSimilarName(known, normalized));
}

/** Word by word: HTTP_TIMEOUT is as near to STOP_TIMEOUT as a typo, but HTTP is no typo of STOP. */
function isSimilarName(known: string, name: string): boolean {
  if (isSimilarWord(known.replaceAll('_', ''), name.replaceAll('_', ''), 1)) return true;
  const knownWords = known.split('_');
  const words = name.split('_');
  return (
    knownWords.length === words.length &&
    knownWords.every((knownWord, index) => isSimilarWord(knownWord, words[index] ?? '', 2))
  );
}

/** @param maxDistance so many letters may differ, in words that are long enough to be known by the others */
function isSimilarWord(known: string, word: string, maxDistance: number): boolean {
  const [a, b] = [toSingular(known), toSingular(word)];
  const length = Math.min(a.length, b.length);
  const allowed = Math.min(maxDistance, length > 5 ? 2 : length > 3 ? 1 : 0);
  const distance = leven(a, b);
  // Two letters exchanged count as two changes.
  return distance <= allowed || (distance === 2 && sortLetters(a) === sortLetters(b));
}

function toSingular(word: string): string {
  return word.replace(/IES$/, 'Y').replace(/S$/, '');
}

/** @returns `NAME=value` where the setting can have that value, `NAME` otherwise: another value may be a secret of the app */
function replacementFor(name: string, text: string): string {
  const definition = definitionsByName.get(name);
  const value = text.trim();
  const isValid =
    definition !== undefined && !definition.isSecret && value !== '' && definition.type.parse(value) !== undefined;
  return isValid && /^[\w.,:/-]{1,40}$/.test(value) ? `${name}=${value}` : name;
}

function listSettingsWithPrefix(name: string): string {
  const prefix = namePrefixes.reserved.find((prefix) => name.startsWith(prefix)) ?? '';
  return `Those that begin with ${prefix} are ${knownNames.filter((known) => known.startsWith(prefix)).join(', ')}.`;
}

function isSecretFile(name: string): boolean {
  return name.endsWith('_FILE') && definitionsByName.get(name.slice(0, -'_FILE'.length))?.isSecret === true;
}

function hasPrefix(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

function sortLetters(text: string): string {
  return [...text].sort().join('');
}
