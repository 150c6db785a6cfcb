// What a release is called, what moves, and what is refused. The release itself is tests/deploy/publishes-to-a-registry.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { officialBase } from '../../tools/offline/base.ts';
import { projectRoot } from '../../tools/paths.ts';
import {
  isNewer,
  isOnThisMachine,
  labelsOf,
  mustNotReplace,
  parseRepository,
  parseVersion,
  planTags,
  sourceUrl,
} from '../../tools/release-plan.ts';

const day = new Date('2026-11-24T23:59:59Z');
const plan = (version: string, newest?: string) =>
  planTags(parseVersion(version), '26.10.0', 'trixie', day, newest === undefined ? undefined : parseVersion(newest));

test('a release has five tags; the one with the date comes last, and never moves', () => {
  const expected = ['1.2.3-node26', '26.10.0', '26-trixie', '26', '26-trixie-20261124'];
  for (const newest of [undefined, '1.2.3', '1.2.2', '0.99.99']) {
    assert.deepEqual(plan('1.2.3', newest), { tags: expected, fixed: ['26-trixie-20261124'] });
  }
});

test('a pre-release moves nothing, and is never moved', () => {
  const { tags, fixed } = plan('2.0.0-rc.1', '1.0.0');
  assert.deepEqual({ tags, fixed }, { tags: ['2.0.0-rc.1-node26'], fixed: ['2.0.0-rc.1-node26'] });
});

test('what is newer is not moved back', () => {
  const { tags, fixed, note } = plan('1.9.4', '1.10.0');
  assert.deepEqual({ tags, fixed }, { tags: ['1.9.4-node26'], fixed: [] });
  assert.match(note ?? '', /^26 is 1\.10\.0 already/);
});

test('versions are compared as numbers', () => {
  const newer = (a: string, b: string) => isNewer(parseVersion(a), parseVersion(b));
  for (const [a, b] of [
    ['1.10.0', '1.9.9'],
    ['2.0.0', '1.99.99'],
    ['1.0.1', '1.0.0'],
  ] as const) {
    assert.ok(newer(a, b));
    assert.ok(!newer(b, a));
    assert.ok(!newer(a, a));
  }
});

test('a version is semantic, and can be a tag', () => {
  for (const text of ['0.1.0', '1.2.3-rc.1', '10.20.30', '1.0.0-0.x-y']) assert.equal(parseVersion(text).text, text);
  for (const text of ['', '1', '1.2', 'v1.2.3', '1.2.3.4', '01.2.3', '1.2.3-', '1.2.3+5', '1.2.3 ', 'main', '1.2.x']) {
    assert.throws(() => parseVersion(text), /is not a semantic one\. Write three numbers/, text);
  }
});

test('a repository has neither protocol nor tag', () => {
  for (const text of ['a/b', 'ghcr.io/a/b-c/d_e', 'localhost:5000/a', '127.0.0.1:32768/team/x', 'Registry.Example/a']) {
    assert.equal(parseRepository(text), text);
  }
  for (const text of ['https://ghcr.io/a/b', 'ghcr.io/a/b:26', 'ghcr.io/A/b', 'a/b/', '/a', 'a b', 'a@sha256:0']) {
    assert.throws(() => parseRepository(text), /is not a repository/, text);
  }
  for (const text of [undefined, '']) assert.throws(() => parseRepository(text), /REPOSITORY is missing/);
});

test('what the offline kit made goes to this machine alone', () => {
  for (const text of ['localhost:5000/a', 'localhost/a', '127.0.0.1:32768/a/b']) assert.ok(isOnThisMachine(text), text);
  for (const text of ['ghcr.io/a/b', 'localhost.example/a', '127.0.0.1.example/a', 'a/localhost/b', 'localhost']) {
    assert.ok(!isOnThisMachine(text), text);
  }
});

test('a version is one commit, a date one image', () => {
  const version = parseVersion('1.2.3');
  const tags = plan('1.2.3');
  const there = (tag: string, revision: string) => new Map([[tag, { version: '1.2.3', revision }]]);
  mustNotReplace(tags, version, 'a1', new Map());
  // The same commit, with the security updates of another day.
  mustNotReplace(tags, version, 'a1', there('1.2.3-node26', 'a1'));
  assert.throws(() => mustNotReplace(tags, version, 'a1', there('1.2.3-node26', 'b2')), /of commit b2; this is a1/);
  assert.throws(() => mustNotReplace(tags, version, 'a1', there('26-trixie-20261124', 'a1')), /never moved\. It can/);
  const preRelease = parseVersion('1.2.3-rc.1');
  const published = there('1.2.3-rc.1-node26', 'a1');
  assert.throws(() => mustNotReplace(plan('1.2.3-rc.1'), preRelease, 'a1', published), /Raise the version/);
});

test('the source is an address for a browser, without credentials', () => {
  const expected = 'https://git.example/team/nnf';
  for (const origin of [
    'https://git.example/team/nnf.git',
    'https://git.example/team/nnf',
    'https://user:t0ken@git.example/team/nnf.git',
    'git@git.example:team/nnf.git',
    'ssh://git@git.example:22/team/nnf.git',
  ]) {
    assert.equal(sourceUrl(origin), expected, origin);
  }
  for (const origin of ['/srv/git/nnf.git', '../nnf', 'file:///srv/nnf']) assert.equal(sourceUrl(origin), undefined);
});

test('the Dockerfile and package.json say the same', () => {
  const labels = labelsOf(readFileSync(join(projectRoot, 'Dockerfile'), 'utf8'));
  const { name, description, license, scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.deepEqual(labels, {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.authors': `the ${name} authors`,
    'org.opencontainers.image.vendor': name,
    'org.opencontainers.image.licenses': license,
    'org.opencontainers.image.base.name': `docker.io/library/${officialBase}`,
  });
  assert.equal(scripts.release, 'node tools/release.ts');
});
