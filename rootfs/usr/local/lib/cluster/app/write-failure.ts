// A program ended because it could not open or write a file: who owns the place, who we are, and what to change.
import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { statOf } from '../file-tree.ts';
import { type Identity, identity } from '../machine/container.ts';
import { appFolder, dataFolder } from '../paths.ts';

export interface WriteFailure {
  readonly isReadOnly: boolean;
  /** Absolute; undefined where the error names no path, as SQLite's do. */
  readonly path: string | undefined;
  /** The file system refused a change of the folder, whatever it says of the file itself. */
  readonly isOfFolder: boolean;
  /** mkdir of several folders on a read-only file system fails in Node with ENOENT, as it also does for a missing folder. */
  readonly isAmbiguous?: boolean;
}

/** A file or folder, as the file system has it. */
export interface Place {
  readonly path: string;
  readonly isFolder: boolean;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
  /** It is on a volume or another mount, not in the image. */
  readonly isMounted: boolean;
}

/** System calls that fail with the same codes for other reasons than the owner of a file. */
const unrelatedCalls = /^(?:listen|bind|connect|kill|spawn|send|setuid|setgid)/;

/** System calls that need a writable folder, and no writable file. */
const folderCalls = /^(?:mkdir|mkdtemp|rename|unlink|rmdir|rm|link|symlink)$/;

/** How deep causes and aggregated errors are looked into. */
const deepestCause = 5;

/**
 * Finds the failure in an error or in what caused it.
 * @param folder that relative paths start from
 * @returns undefined for any other error
 */
export function findWriteFailure(thrown: unknown, folder: string, depth = 0): WriteFailure | undefined {
  if (typeof thrown !== 'object' || thrown === null || depth > deepestCause) return undefined;
  const own = ofSystemCall(thrown, folder) ?? ofSqlite(thrown);
  if (own !== undefined) return own;
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  return [cause, ...(Array.isArray(errors) ? errors : [])]
    .map((inner) => findWriteFailure(inner, folder, depth + 1))
    .find((failure) => failure !== undefined);
}

function ofSystemCall(error: Partial<NodeJS.ErrnoException>, folder: string): WriteFailure | undefined {
  const { code, path, syscall = '' } = error;
  if (code === 'ENOENT' && syscall === 'mkdir' && typeof path === 'string') {
    return { isReadOnly: true, path: resolve(folder, path), isOfFolder: true, isAmbiguous: true };
  }
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return undefined;
  if (typeof path !== 'string' || unrelatedCalls.test(syscall)) return undefined;
  return { isReadOnly: code === 'EROFS', path: resolve(folder, path), isOfFolder: folderCalls.test(syscall) };
}

/** SQLITE_READONLY and SQLITE_CANTOPEN, the low byte of extended codes: https://www.sqlite.org/rescode.html. */
const sqliteCodes = [8, 14];

/** node:sqlite has the number, better-sqlite3 and sqlite3 the name, Prisma and others only SQLite's words. */
function ofSqlite(error: { code?: unknown; errcode?: unknown; message?: unknown }): WriteFailure | undefined {
  const isSqlite =
    (typeof error.errcode === 'number' && sqliteCodes.includes(error.errcode & 0xff)) ||
    /^SQLITE_(?:READONLY|CANTOPEN)/.test(String(error.code)) ||
    /unable to open (?:the )?database file|readonly database/i.test(String(error.message));
  return isSqlite ? { isReadOnly: false, path: undefined, isOfFolder: true } : undefined;
}

/**
 * @param place the nearest one that exists; the working folder where the error names no path
 * @returns one line: what could not be written, the place's owner and mode, who we are, and the remedy
 */
export function describeWriteFailure({ isReadOnly, path }: WriteFailure, place: Place, who: Identity): string {
  const user = `user ${who.uid}, group ${who.gid}`;
  if (path === undefined) {
    return `SQLite does not name the file; the working folder is ${describePlace(place)}, and this is ${user}. ${remedy.data}.`;
  }
  const subject = path === place.path ? describePlace(place) : `${path}, in ${describePlace(place)},`;
  return isReadOnly
    ? `${subject} is on a read-only file system; this is ${user}. ${remedy.data}, or mount a volume there.`
    : `${subject} is not open to ${user}. ${remedyFor(place, who)}.`;
}

const remedy = {
  data: `Store data in ${dataFolder}, on a volume: \`docker run -v data:${dataFolder}\``,
  mounted: ({ uid, gid }: Identity) =>
    `It is mounted: run \`chown -R ${uid}:${gid}\` on the mounted folder, or set \`fsGroup: ${gid}\` (Kubernetes)`,
  copied: (path: string) =>
    `Write it with \`COPY --chown=1000:0\` in the Dockerfile, or \`RUN chown -R 1000:0 ${path} && chmod -R g=u ${path}\` as root`,
} as const;

function remedyFor(place: Place, { uid, gid }: Identity): string {
  if (place.isMounted) return remedy.mounted({ uid, gid });
  const isForGroup0 = place.gid === 0 && (place.mode & 0o060) === 0o060;
  if (isForGroup0 && gid !== 0) return `Run it with group 0: \`--user ${uid}:0\`. ${remedy.data}`;
  if (!place.path.startsWith(`${appFolder}/`) && place.path !== appFolder) return remedy.data;
  return place.isFolder ? `${remedy.copied(place.path)}. ${remedy.data}` : remedy.copied(place.path);
}

function describePlace({ path, uid, gid, mode }: Place): string {
  return `${path} (owner ${uid}:${gid}, mode ${mode.toString(8).padStart(4, '0')})`;
}

/** @returns the second line for a program that ended with this error; undefined where the error is another one */
export function explainWriteFailure(thrown: unknown): string | undefined {
  try {
    const failure = findWriteFailure(thrown, process.cwd());
    if (failure === undefined) return undefined;
    const { path = process.cwd(), isOfFolder } = failure;
    const wanted = isOfFolder && failure.path !== undefined ? dirname(path) : path;
    const place = nearestPlace(wanted);
    if (failure.isAmbiguous && place.path !== wanted) return undefined;
    return describeWriteFailure(failure, place, identity());
  } catch {
    return undefined; // The error itself is reported in any case.
  }
}

/** @returns the second line for a script that failed, where this user may not write /app; its errors are not known */
export function explainUnwritableApp(): string | undefined {
  try {
    accessSync(appFolder, constants.W_OK);
    return undefined;
  } catch {
    const { uid, gid } = identity();
    return `If it had to write files: ${describePlace(nearestPlace(appFolder))} is not writable for user ${uid}, group ${gid}. ${remedy.data}.`;
  }
}

/** The file or folder itself, or the nearest folder above that exists and may be looked at. */
function nearestPlace(path: string): Place {
  const stat = statOf(path);
  if (stat === undefined) return nearestPlace(dirname(path));
  const { uid, gid } = stat;
  return { path, isFolder: stat.isDirectory(), uid, gid, mode: stat.mode & 0o7777, isMounted: isMounted(path) };
}

function isMounted(path: string): boolean {
  const mountPoints = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4]);
  return mountPoints.some((point) => point !== undefined && point !== '/' && `${path}/`.startsWith(`${point}/`));
}
