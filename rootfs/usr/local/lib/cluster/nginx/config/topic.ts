// What nginx.conf says of one topic, and what locations need of all of them.
import type { Header } from './headers.ts';

/**
 * What one topic adds to nginx.conf, level by level; each without indentation. What is set at `http` can be overridden by
 * the user's snippets in `server` and in locations: nginx takes the innermost.
 */
export interface Topic {
  readonly http?: string;
  readonly server?: string;
  /** On every response. */
  readonly responseHeaders?: readonly Header[];
  /** On every request that is passed on. */
  readonly requestHeaders?: readonly Header[];
  /** Only in locations that pass requests to the app. */
  readonly app?: string;
  readonly locations?: (shared: Shared) => string;
}

/** What locations take from all topics. */
export interface Shared {
  /** Headers of every response. */
  readonly responseHeaders: readonly Header[];
  /**
   * For a location that sends a file in place of a response of the app: the headers of every response, and those of the
   * app's own response, which would be dropped with it.
   */
  readonly replacedResponseHeaders: readonly Header[];
  /**
   * The content of a location that passes requests to the app.
   * @param ownCodes codes of errors that get pages of ours, where the user has said something of errors in location.d; all
   */
  readonly passToApp: (ownCodes?: readonly number[]) => string;
}
