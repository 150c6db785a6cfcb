// What a release is called: its version, its tags, which of them move, and what its labels say. Pure: tools/release.ts
// does it, docs/releases.md explains it.
import { Problem } from './command.ts';

export interface Version {
  /** As in package.json: 1.2.3 or 1.2.3-rc.1. */
  text: string;
  numbers: [number, number, number];
  isPreRelease: boolean;
}

interface Tags {
  /** In the order in which they are pushed: whatever never moves comes last, as the mark of a whole release. */
  tags: string[];
  /** Those of them that are never given to another image. */
  fixed: string[];
  /** Why it is fewer than usual. */
  note?: string;
}

/** A release that a registry has. */
export interface Published {
  version: string;
  revision: string;
}

const semanticVersion = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** https://semver.org, but for build metadata: `+` is not allowed in a tag. @throws Problem */
export function parseVersion(text: string): Version {
  const match = semanticVersion.exec(text);
  if (match === null) {
    throw new Problem(`the version ${text} is not a semantic one. Write three numbers: 1.2.3, or 1.2.3-rc.1.`);
  }
  const [, major, minor, patch, preRelease] = match;
  return {
    text,
    numbers: [Number(major), Number(minor), Number(patch)],
    isPreRelease: preRelease !== undefined,
  };
}

/** https://pkg.go.dev/github.com/distribution/reference, without tag and digest. @throws Problem */
export function parseRepository(text: string | undefined): string {
  const example = 'REPOSITORY=ghcr.io/you/node-nginx-fastify npm run release';
  if (text === undefined || text === '') throw new Problem(`REPOSITORY is missing: where to push to. ${example}`);
  const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
  if (new RegExp(`^(?:[A-Za-z0-9.-]+(?::\\d+)?/)?${part}(?:/${part})*$`).test(text)) return text;
  throw new Problem(
    `REPOSITORY=${text} is not a repository. Write it in small letters, without https:// and without a tag: ${example}`,
  );
}

/** Whether it is a registry that nobody else can pull from. */
export function isOnThisMachine(repository: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?\//.test(repository);
}

/** @param a a version  @param b another one  @returns whether a is the newer one, by its three numbers */
export function isNewer(a: Version, b: Version): boolean {
  const first = a.numbers.findIndex((number, index) => number !== b.numbers[index]);
  return first !== -1 && (a.numbers[first] ?? 0) > (b.numbers[first] ?? 0);
}

/**
 * @param version of our own
 * @param node what the image's Node says of itself: 26.10.0
 * @param distribution Debian's name: trixie
 * @param day of the build
 * @param newest the release that the tag of the Node line names by now, if there is one
 */
export function planTags(
  version: Version,
  node: string,
  distribution: string,
  day: Date,
  newest: Version | undefined,
): Tags {
  const line = node.split('.')[0];
  const own = `${version.text}-node${line}`;
  if (version.isPreRelease) return { tags: [own], fixed: [own], note: 'a pre-release gets its own tag alone' };
  if (newest !== undefined && isNewer(newest, version)) {
    return { tags: [own], fixed: [], note: `${line} is ${newest.text} already, and is not moved back` };
  }
  const dated = `${line}-${distribution}-${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
  return { tags: [own, node, `${line}-${distribution}`, `${line}`, dated], fixed: [dated] };
}

/**
 * A release of a version is one commit, however often it is built; and what is fixed stays.
 * @param there what the registry has under each of the tags that are to be pushed
 * @throws Problem
 */
export function mustNotReplace(
  { tags, fixed }: Tags,
  version: Version,
  revision: string,
  there: ReadonlyMap<string, Published>,
): void {
  const before = there.get(tags[0] ?? '');
  if (before !== undefined && before.revision !== revision) {
    throw new Problem(
      `${version.text} is published already, of commit ${before.revision.slice(0, 12)}; this is ${revision.slice(0, 12)}. Raise the version: npm version patch`,
    );
  }
  const taken = fixed.find((tag) => there.has(tag));
  if (taken === undefined) return;
  const remedy = version.isPreRelease ? 'Raise the version.' : 'It can be released again tomorrow (UTC).';
  throw new Problem(`${taken} is published already, and is never moved. ${remedy}`);
}

/**
 * @param origin what git calls the remote: of any protocol, with or without credentials
 * @returns the same as an address for a browser; undefined where it has none
 */
export function sourceUrl(origin: string): string | undefined {
  const match = /^(?:(?:https?|ssh|git):\/\/(?:[^@/]+@)?|[^@/]+@)([^/:]+)(?::\d+)?[:/](.+?)(?:\.git)?\/?$/.exec(origin);
  return match === null ? undefined : `https://${match[1]}/${match[2]}`;
}

/** The annotations that the Dockerfile gives as labels; those with a build argument are left out. */
export function labelsOf(dockerfile: string): Record<string, string> {
  const pairs = dockerfile.matchAll(/(org\.opencontainers\.image\.[a-z.]+)="([^"$]+)"/g);
  return Object.fromEntries(Array.from(pairs, ([, name = '', value = '']) => [name, value]));
}
