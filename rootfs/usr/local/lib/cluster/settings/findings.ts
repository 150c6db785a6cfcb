// What the checks of the settings look at, and what they report.
import { readFileSync, statSync } from 'node:fs';

/** Variables as the container got them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the checks ask of the file system. */
export interface Disk {
  isFolder(path: string): boolean;
  isFile(path: string): boolean;
  /** @throws Error with the `code` of the system */
  read(path: string): string;
}

/** The container's own file system. */
export const disk: Disk = {
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
  read: (path) => readFileSync(path, 'utf8'),
};

/** Each one line, with what to do about it. */
export interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}
