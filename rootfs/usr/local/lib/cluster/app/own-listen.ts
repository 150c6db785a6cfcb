// Whether an app that exports something is likely to listen by itself: then what it exports is not served, or run, before its
// time. A file may export what its tests or other programs need, and start its server in another file, after a while.
import { mentionsListen } from './javascript-source.ts';
import type { Recognised } from './recognise.ts';

/** `idle`: until nothing is left to do in the process. */
export type Patience = 'none' | 'a-moment' | 'idle';

/** @param source of the app's file, read where it counts */
export function patienceFor(app: Recognised, source: () => string): Patience {
  switch (app.kind) {
    case 'unservable':
      return 'idle';
    case 'plugin':
      if (app.confidence === 'certain') return 'none';
      // A plugin that is none is run a second time, beside the app: a program for a shell, or its main function, is not.
      return app.confidence === 'unlikely' || source().startsWith('#!') ? 'idle' : 'a-moment';
    case 'listener':
      return mentionsListen(source()) ? 'a-moment' : 'none';
    default:
      return 'none';
  }
}
