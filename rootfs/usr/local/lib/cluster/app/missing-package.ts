// An app ended because a package was not there, or was built for another system: what to write in the Dockerfile.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appFolder } from '../paths.ts';

/** What is on the disk. */
export interface Installed {
  readonly hasNodeModules: boolean;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

const install = '`COPY package*.json ./` and `RUN npm ci` before `COPY . .`';
const otherSystem = `node_modules comes from another system or another version of Node. Add node_modules to .dockerignore, and write ${install} in the Dockerfile.`;

/** Native modules of another system or of another Node, as the loader and packages with a binary for each platform say it. */
const builtElsewhere =
  /invalid ELF header|wrong ELF class|NODE_MODULE_VERSION|[Ee]xec format error|libc\.musl-|ld-musl-|installed esbuild for another platform|Could not load the "sharp" module|slice is not valid mach-o/;
/** `@img/sharp-linux-x64`, `@esbuild/linux-arm64`, `@swc/core-linux-x64-gnu`. */
const platformPackage = /['"`]?(@?[\w./-]*\blinux(?:musl)?-(?:x64|arm64)[\w-]*)/;
const missingPackage = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[^']*)?'/;

/** @param message of the error @returns the second line; undefined where the error is another one */
export function remedyForPackage(message: string, installed: () => Installed): string | undefined {
  if (builtElsewhere.test(message)) return otherSystem;
  const isMissing = /Cannot find (?:package|module|native binding)|could not be found/.test(message);
  if (!isMissing) return undefined;
  if (platformPackage.test(message) || /native binding/.test(message)) return otherSystem;
  const [, name] = missingPackage.exec(message) ?? [];
  if (name === undefined) return undefined;
  const { hasNodeModules, dependencies, devDependencies } = installed();
  if (!hasNodeModules && dependencies.length > 0)
    return `/app has no node_modules. Write ${install} in the Dockerfile.`;
  if (dependencies.includes(name)) return `${name} is not installed. Write ${install} in the Dockerfile.`;
  return devDependencies.includes(name)
    ? `${name} is in devDependencies, which \`npm ci --omit=dev\` leaves out. Move it to dependencies.`
    : `${name} is not in package.json. Add it with \`npm install ${name}\`, and build the image again.`;
}

/** @returns the second line for an app that ended with this error; undefined where the error is another one */
export function explainMissingPackage(thrown: unknown): string | undefined {
  return thrown instanceof Error ? remedyForPackage(thrown.message, readInstalled) : undefined;
}

function readInstalled(): Installed {
  const folder = join(appFolder, 'node_modules');
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8'));
    const names = (packages: unknown) => Object.keys(Object(packages));
    return {
      hasNodeModules: existsSync(folder),
      dependencies: names(dependencies),
      devDependencies: names(devDependencies),
    };
  } catch {
    return { hasNodeModules: existsSync(folder), dependencies: [], devDependencies: [] };
  }
}
