// Settings that are right one by one, but not together, or not with what is on the disk.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from './read.ts';
import { type Key, schema, type Values } from './schema.ts';

/** What the checks ask of the file system. */
export interface Disk {
  isFolder(path: string): boolean;
  isFile(path: string): boolean;
}

export const disk: Disk = {
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
};

interface Rule {
  /** The settings that it is about: it is not asked where one of them is wrong by itself. */
  readonly of: readonly Key[];
  readonly kind: 'problem' | 'warning';
  /** @param isSet whether the user has set it @returns what is wrong and what to do about it */
  check(values: Values, isSet: (key: Key) => boolean, disk: Disk): string | undefined;
}

const rules: readonly Rule[] = [
  {
    of: ['drainDelayMs', 'stopTimeoutMs'],
    kind: 'problem',
    check: ({ drainDelayMs, stopTimeoutMs }) =>
      drainDelayMs >= stopTimeoutMs
        ? `${shown('drainDelayMs', drainDelayMs)} must be shorter than ${shown('stopTimeoutMs', stopTimeoutMs)}, of which it is a part. Write DRAIN_DELAY=${schema.drainDelayMs.type.format(Math.floor(stopTimeoutMs / 2))}, or a longer STOP_TIMEOUT.`
        : undefined,
  },
  {
    of: ['requestTimeoutMs', 'drainDelayMs', 'stopTimeoutMs'],
    kind: 'warning',
    check: ({ requestTimeoutMs, drainDelayMs, stopTimeoutMs }, isSet) =>
      isSet('requestTimeoutMs') && isSet('stopTimeoutMs') && requestTimeoutMs > stopTimeoutMs - drainDelayMs
        ? `${shown('requestTimeoutMs', requestTimeoutMs)} is longer than a stop may take (${shown('stopTimeoutMs', stopTimeoutMs)}): a stop can cut requests that would otherwise be answered.`
        : undefined,
  },
  {
    of: ['staticPath'],
    kind: 'problem',
    check: ({ staticPath }, isSet, disk) =>
      isSet('staticPath') && !disk.isFolder(staticPath)
        ? `${shown('staticPath', staticPath)}: there is no such folder. Write the path of a folder in the image, such as STATIC_PATH=/app/dist, or leave it out.`
        : undefined,
  },
  {
    of: ['staticPath', 'staticUrl'],
    kind: 'problem',
    check: ({ staticPath, staticUrl }, isSet, disk) =>
      isSet('staticUrl') && !isSet('staticPath') && !disk.isFolder(staticPath)
        ? `${shown('staticUrl', staticUrl)} is where the files of STATIC_PATH lie, but there is no folder ${staticPath}. Write STATIC_PATH=… with the folder of the files, or leave STATIC_URL out.`
        : undefined,
  },
  {
    of: ['staticPath', 'staticIndex'],
    kind: 'problem',
    check: ({ staticPath, staticIndex }, isSet, disk) =>
      staticIndex && (disk.isFolder(staticPath) || !isSet('staticPath')) && !disk.isFile(join(staticPath, 'index.html'))
        ? `${shown('staticIndex', staticIndex)} needs ${staticPath}/index.html, and there is no such file. Write STATIC_PATH=… with the folder that has it, or leave STATIC_INDEX out.`
        : undefined,
  },
  {
    of: ['port', 'adminPort'],
    kind: 'problem',
    check: ({ port, adminPort }) =>
      port === adminPort
        ? `${shown('port', port)} and ${shown('adminPort', adminPort)} are the same port. Write ADMIN_PORT=${port === 9001 ? 9000 : 9001}, or ADMIN_PORT=off.`
        : undefined,
  },
  {
    of: ['healthPath', 'staticUrl'],
    kind: 'problem',
    check: ({ healthPath, staticUrl }) =>
      healthPath === staticUrl
        ? `${shown('healthPath', healthPath)} and ${shown('staticUrl', staticUrl)} are the same path. Give them different ones.`
        : undefined,
  },
];

/** @param isWrong settings that are wrong by themselves @param isSet settings that the user has set */
export function findConflicts(
  values: Values,
  isWrong: (key: Key) => boolean,
  isSet: (key: Key) => boolean,
  files: Disk,
): Findings {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { of, kind, check } of rules) {
    const text = of.some(isWrong) ? undefined : check(values, isSet, files);
    if (text !== undefined) (kind === 'problem' ? problems : warnings).push(text);
  }
  return { problems, warnings };
}

/** `DRAIN_DELAY=25s` */
function shown<K extends Key>(key: K, value: NonNullable<Values[K]>): string {
  const { name, type } = schema[key];
  return `${name}=${(type.format as (value: NonNullable<Values[K]>) => string)(value)}`;
}
