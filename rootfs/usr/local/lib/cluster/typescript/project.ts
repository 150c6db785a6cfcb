// What decides how the files of a folder are compiled: the nearest package.json and the nearest tsconfig.json.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModuleFormat } from './manifest.ts';
import { readTsconfig, type TypeScriptConfiguration } from './tsconfig.ts';

/** What holds for the files of a folder. */
export interface Project extends TypeScriptConfiguration {
  /** `type` of the nearest package.json; undefined where it has none. */
  readonly packageType: ModuleFormat | undefined;
}

const noProject: Project = { options: {}, aliases: [], packageType: undefined };

/**
 * @param warn is told, in one line and once, of a tsconfig.json that can be followed only in part
 * @returns a function that tells the project of a folder, and reads each folder once
 */
export function createProjectReader(warn: (line: string) => void): (folder: string) => Project {
  const warned = new Set<string>();
  const warnOnce = (line: string) => {
    if (!warned.has(line)) warn(line);
    warned.add(line);
  };
  const known = new Map<string, Project>();
  const projectOf = (folder: string): Project => {
    const parent = dirname(folder);
    const project =
      known.get(folder) ?? readProject(folder, parent === folder ? noProject : projectOf(parent), warnOnce);
    known.set(folder, project);
    return project;
  };
  return projectOf;
}

function readProject(folder: string, parent: Project, warn: (line: string) => void): Project {
  const tsconfig = join(folder, 'tsconfig.json');
  const { options, aliases } = existsSync(tsconfig) ? readTsconfig(tsconfig, warn) : parent;
  const packageJson = readIfThere(join(folder, 'package.json'));
  return { options, aliases, packageType: packageJson === undefined ? parent.packageType : typeOf(packageJson) };
}

function typeOf(packageJson: string): ModuleFormat | undefined {
  try {
    const { type } = JSON.parse(packageJson);
    return type === 'module' || type === 'commonjs' ? type : undefined;
  } catch {
    return undefined; // Node names what is wrong with it when it runs the app
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
