// A program that may not write a file: the error is recognised, and the line says what to change.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  describeWriteFailure,
  findWriteFailure,
  type Place,
} from '../../rootfs/usr/local/lib/cluster/app/write-failure.ts';

const systemError = (code: string, syscall: string, path?: string) =>
  Object.assign(new Error(`${code}: …, ${syscall} '${path}'`), { code, syscall, path });
const find = (thrown: unknown) => findWriteFailure(thrown, '/app');

test('errors of the file system, by absolute and relative paths', () => {
  assert.deepEqual(find(systemError('EACCES', 'open', './uploads/1')), {
    isReadOnly: false,
    path: '/app/uploads/1',
    isOfFolder: false,
  });
  assert.equal(find(systemError('EPERM', 'chmod', '/app/x'))?.isReadOnly, false);
  assert.equal(find(systemError('EROFS', 'open', '/app/x'))?.isReadOnly, true);
  assert.equal(find(systemError('EACCES', 'mkdir', '/app/x'))?.isOfFolder, true);
  assert.equal(find(systemError('ENOENT', 'mkdir', '/app/x'))?.isAmbiguous, true);
});

test('errors inside of others', () => {
  const inner = systemError('EACCES', 'open', '/app/x');
  for (const outer of [new Error('start', { cause: inner }), new AggregateError([new Error('other'), inner])]) {
    assert.equal(find(outer)?.path, '/app/x');
  }
  const circular: { cause?: unknown } = {};
  circular.cause = circular;
  assert.equal(find(circular), undefined);
});

test('SQLite, whichever package speaks for it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const thrown = thrownBy(() => new DatabaseSync(join(folder, 'missing/x.sqlite')));
  assert.notEqual(find(thrown), undefined);
  for (const code of ['SQLITE_CANTOPEN', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_READONLY']) {
    assert.notEqual(find(Object.assign(new Error('x'), { code })), undefined);
  }
  assert.notEqual(find(new Error('Error code 14: Unable to open the database file')), undefined);
  assert.equal(find(Object.assign(new Error('x'), { code: 'SQLITE_BUSY' })), undefined);
});

test('what is none of it', () => {
  for (const thrown of [
    undefined,
    'EACCES',
    new Error('EACCES'),
    systemError('EACCES', 'listen', '/run/x.sock'),
    systemError('EACCES', 'connect', '/var/run/docker.sock'),
    systemError('EPERM', 'kill'),
    systemError('EACCES', 'spawn ./x', './x'),
    systemError('ENOENT', 'open', '/app/x'),
  ]) {
    assert.equal(find(thrown), undefined, String(thrown));
  }
});

const place: Place = { path: '/app', isFolder: true, uid: 0, gid: 0, mode: 0o755, isMounted: false };
const us = { uid: 1000, gid: 0 };
const failure = { isReadOnly: false, path: '/app/uploads/1', isOfFolder: false };

test('the line has path, owner, mode, us, and what to write', () => {
  assert.equal(
    describeWriteFailure(failure, place, us),
    '/app/uploads/1, in /app (owner 0:0, mode 0755), is not open to user 1000, group 0. Write it with `COPY --chown=1000:0` in the Dockerfile, or `RUN chown -R 1000:0 /app && chmod -R g=u /app` as root. Store data in /data, on a volume: `docker run -v data:/data`.',
  );
});

test('the remedy is that of the place', () => {
  const remedies: [what: typeof failure, where: Partial<Place>, who: typeof us, remedy: RegExp][] = [
    [
      { ...failure, isReadOnly: true },
      {},
      us,
      /read-only file system; .* Store data in \/data.* or mount a volume there/,
    ],
    [failure, { isMounted: true }, us, /It is mounted: run `chown -R 1000:0` .* `fsGroup: 0`/],
    [failure, { uid: 1000, mode: 0o775 }, { uid: 12345, gid: 12345 }, /Run it with group 0: `--user 12345:0`/],
    [
      failure,
      { path: '/app/config.json', isFolder: false },
      us,
      /`COPY --chown=1000:0`.* chown -R 1000:0 \/app\/config\.json/,
    ],
    [failure, { path: '/etc' }, us, /0755\), is not open to user 1000, group 0\. Store data in \/data/],
  ];
  for (const [what, where, who, remedy] of remedies) {
    assert.match(describeWriteFailure(what, { ...place, ...where }, who), remedy);
  }
  const withoutPath = describeWriteFailure({ ...failure, path: undefined }, place, us);
  assert.match(
    withoutPath,
    /^SQLite does not name the file; the working folder is \/app \(owner 0:0, mode 0755\), and this is user 1000/,
  );
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}
