// When the app's main module begins. What the app has preloaded (`--import ./instrument.mjs`) comes before it, and may take
// its time: whoever imports the main module meanwhile would run it too early, and not as the main module.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * @param entry path of the main module, without symbolic links
 * @param begins is called once, in the first turn of the event loop after the module was loaded
 */
export function whenMainModuleBegins(entry: string, begins: () => void): void {
  const main = pathToFileURL(entry).href;
  let hasBegun = false;
  const hooks = registerHooks({
    load(url, context, next) {
      if (url === main && !hasBegun) {
        hasBegun = true;
        setImmediate(() => {
          hooks.deregister();
          begins();
        });
      }
      return next(url, context);
    },
  });
}
