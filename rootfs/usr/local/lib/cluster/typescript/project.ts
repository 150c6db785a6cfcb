// What surrounds a file and decides how it is compiled: the nearest package.json and the nearest tsconfig.json.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModuleFormat } from './manifest.ts';
import { readConfiguration, type TypeScriptConfiguration } from './tsconfig.ts';

export interface Surroundings extends TypeScriptConfiguration {
  /** `type` of the nearest package.json; undefined where it has none. */
  readonly packageType: ModuleFormat | undefined;
}

/** @returns a function that reads each folder's surroundings once */
export function readingSurroundings(warn: (line: string) => void): (folder: string) => Surroundings {
  const warned = new Set<string>();
  const warnOnce = (line: string) => {
    if (!warned.has(line)) warn(line);
    warned.add(line);
  };
  const known = new Map<string, Surroundings>();
  return (folder) => {
    const surroundings = known.get(folder) ?? {
      ...readConfiguration(folder, warnOnce),
      packageType: packageTypeOf(folder),
    };
    known.set(folder, surroundings);
    return surroundings;
  };
}

function packageTypeOf(folder: string): ModuleFormat | undefined {
  const text = readIfThere(join(folder, 'package.json'));
  if (text === undefined) return dirname(folder) === folder ? undefined : packageTypeOf(dirname(folder));
  try {
    const { type } = JSON.parse(text);
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
