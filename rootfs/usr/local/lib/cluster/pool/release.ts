// Which version of the app a worker runs. Looked up at the start and at each reload, and not at each fork: a worker that
// crashes is followed by one of the same release, although /app may lead to the next one already.
import { realpathSync } from 'node:fs';
import { type App, nameOf } from '../app/find.ts';
import { checkNodeFlags } from '../app/start-flags.ts';
import type { StartOptions } from '../app/start-script.ts';
import { withoutDebugger } from '../machine/node-options.ts';
import { appFolder } from '../paths.ts';
import { compileApp } from '../typescript/compile-app.ts';

export interface Release extends StartOptions {
  /** The main module. No symbolic link is in its path. */
  readonly entry: string;
  /** What messages call it. */
  readonly name: string;
  /** The workers' working directory. */
  readonly folder: string;
  /** Path of the manifest: which compiled file each TypeScript file has. */
  readonly manifest: string;
}

/**
 * Compiles the app's TypeScript and resolves symbolic links: /app may be one to a release's folder.
 * @throws ClusterError NODE_FLAG_REFUSED; Error (ENOENT, EACCES) if the main module cannot be found any more
 */
export async function prepareRelease(app: App): Promise<Release> {
  checkNodeFlags(app);
  const manifest = await compileApp(app);
  const { nodeFlags, environment, args } = app;
  const [entry, folder] = [realpathSync(app.entry), realpathSync(appFolder)];
  return { entry, name: nameOf(app), folder, manifest, nodeFlags, environment: withoutItsDebugger(environment), args };
}

/** A debugger of the start script would be opened by each worker: NODE_OPTIONS of the container gives it to one. */
function withoutItsDebugger(environment: StartOptions['environment']): StartOptions['environment'] {
  const { NODE_OPTIONS: nodeOptions } = environment;
  return nodeOptions === undefined ? environment : { ...environment, NODE_OPTIONS: withoutDebugger(nodeOptions) };
}

/** The releases that workers run or may run, numbered from 1. */
export class Releases {
  readonly #byNumber = new Map<number, Release>();
  #newest = 0;

  /** @returns its number */
  add(release: Release): number {
    this.#newest += 1;
    this.#byNumber.set(this.#newest, release);
    return this.#newest;
  }

  get(number: number): Release {
    const release = this.#byNumber.get(number);
    if (release === undefined) throw new RangeError(`release ${number} is not known`);
    return release;
  }

  /** Forgets all releases but these and the newest one, which no worker may run yet. */
  keepOnly(used: ReadonlySet<number>): void {
    for (const number of this.#byNumber.keys()) {
      if (!used.has(number) && number !== this.#newest) this.#byNumber.delete(number);
    }
  }
}
