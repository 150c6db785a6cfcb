// Which version of the app a worker runs. Looked up at the start and at each reload, and not at each fork: a worker that
// crashes is followed by one of the same release, although /app may lead to the next one already.
import { realpathSync } from 'node:fs';
import { type App, nameOf } from '../app/find.ts';
import { appFolder } from '../paths.ts';
import { compileApp } from '../typescript/compile-app.ts';

export interface Release {
  /** The main module. No symbolic link on the way to it. */
  readonly entry: string;
  /** How messages call it. */
  readonly name: string;
  /** The workers' working directory. */
  readonly folder: string;
  /** Which file stands for which, of the app's TypeScript. */
  readonly manifest: string;
}

/** Compiles the app's TypeScript and resolves symbolic links: /app may be one to a release's folder. */
export async function prepareRelease(app: App): Promise<Release> {
  const manifest = await compileApp(app);
  return { entry: realpathSync(app.entry), name: nameOf(app), folder: realpathSync(appFolder), manifest };
}
