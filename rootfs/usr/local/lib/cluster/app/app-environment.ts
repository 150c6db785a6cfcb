// What the app finds in its environment: what the container was given, and little more. For workers and prestart.sh.
import { withoutDebugger } from '../machine/node-options.ts';
import type { Environment } from '../settings/findings.ts';
import type { Settings } from '../settings/read.ts';
import type { App } from './find.ts';
import { trustedProxyVariables } from './proxy-trust.ts';

/** Where programs of the image are; a user's PATH may leave them out. */
const programFolders = ['/usr/local/bin', '/usr/bin', '/bin'];

/**
 * @param app undefined before it is known
 * @returns without the debugger of NODE_OPTIONS, which one worker opens (worker/app-debugger.ts)
 */
export function appEnvironment(
  container: Environment,
  settings: Pick<Settings, 'mode' | 'nginx'>,
  app: Pick<App, 'entry' | 'environment'> | undefined,
): Environment {
  const { PATH = '', NODE_ENV, NODE_OPTIONS = '', ...others } = container;
  const folders = PATH.split(':').filter((folder) => folder !== '');
  const trusted = app === undefined ? [] : trustedProxyVariables(container, settings, app);
  const nodeOptions = withoutDebugger(NODE_OPTIONS);
  return {
    ...others,
    PATH: [...folders, ...programFolders.filter((folder) => !folders.includes(folder))].join(':'),
    NODE_ENV: NODE_ENV ?? settings.mode,
    ...(nodeOptions === '' ? {} : { NODE_OPTIONS: nodeOptions }),
    ...Object.fromEntries(trusted.map(({ variable, value }) => [variable, value])),
  };
}
