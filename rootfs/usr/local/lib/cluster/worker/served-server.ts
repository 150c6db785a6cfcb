// Which HTTP server of the app is served, as its servers come and go. Pure: what the app did with listen() and close() in,
// what follows from it out. docs/contract.md has the rules as a table.

/** A server of the app that listens. */
export interface Listening<S> {
  readonly server: S;
  /** The port that the app asked for; undefined for a unix path or a descriptor. */
  readonly port: number | undefined;
  /** The image listens for the app, which only exported something. */
  readonly isExported: boolean;
}

/**
 * - `none`: no server has listened yet.
 * - `settling`: one listens, but not on the app's port: a server on that port may still follow.
 * - `serving`: the worker is ready.
 * - `closed`: the served server was closed, and the worker is not ready.
 */
export type ServedState<S> =
  | { readonly name: 'none' }
  | {
      readonly name: 'settling' | 'serving';
      readonly served: Listening<S>;
      /** They follow when the served one is closed: others on its port (Fastify listens on 127.0.0.1 and on ::1), exports. */
      readonly alternates: readonly Listening<S>[];
    }
  | { readonly name: 'closed'; readonly last: Listening<S> };

export type ServedEvent<S> =
  | { readonly type: 'listen'; readonly listening: Listening<S> }
  | { readonly type: 'close'; readonly server: S }
  /** The time that the effect `settle` asked for is over. */
  | { readonly type: 'settled' };

export type ServedEffect<S> =
  /** The slot's connections are this server's from now on. */
  | { readonly do: 'serve'; readonly listening: Listening<S> }
  /** It is not the app's server: it listens on the port that it asked for. */
  | { readonly do: 'listen-beside'; readonly listening: Listening<S> }
  /** The same for a server that was served until now. */
  | { readonly do: 'give-port'; readonly listening: Listening<S> }
  /** The slot's connections are no server's. */
  | { readonly do: 'serve-none' }
  /** Wait for a server on the app's port, then tell `settled`. */
  | { readonly do: 'settle' }
  | { readonly do: 'report-ready' }
  | { readonly do: 'report-closed' };

export interface ServedStep<S> {
  readonly state: ServedState<S>;
  readonly effects: readonly ServedEffect<S>[];
}

/** @param appPort the port that the app is expected to listen on */
export function advanceServed<S>(state: ServedState<S>, event: ServedEvent<S>, appPort: number): ServedStep<S> {
  switch (event.type) {
    case 'listen':
      return listen(state, event.listening, appPort);
    case 'close':
      return close(state, event.server);
    case 'settled':
      if (state.name !== 'settling') return { state, effects: [] };
      return { state: { ...state, name: 'serving' }, effects: [{ do: 'report-ready' }] };
  }
}

function listen<S>(state: ServedState<S>, listening: Listening<S>, appPort: number): ServedStep<S> {
  if (state.name === 'none' || state.name === 'closed') {
    const isExpected = listening.port === appPort || (state.name === 'closed' && isSuccessor(listening, state.last));
    return begin(listening, isExpected);
  }
  const { served, alternates } = state;
  if (takesOver(listening, served, appPort)) {
    const displaced = [served, ...alternates].filter(({ port, isExported }) => !isExported && port !== listening.port);
    const given = displaced.map((each) => ({ do: 'give-port', listening: each }) as const);
    if (state.name === 'settling') {
      const next = begin(listening, listening.port === appPort);
      return { ...next, effects: [...next.effects, ...given] };
    }
    const next = { name: 'serving', served: listening, alternates: [] } as const;
    return { state: next, effects: [{ do: 'serve', listening }, ...given] };
  }
  if (listening.port === served.port || listening.isExported) {
    return { state: { ...state, alternates: [...alternates, listening] }, effects: [] };
  }
  return { state, effects: [{ do: 'listen-beside', listening }] };
}

function begin<S>(listening: Listening<S>, isExpected: boolean): ServedStep<S> {
  return {
    state: { name: isExpected ? 'serving' : 'settling', served: listening, alternates: [] },
    effects: [{ do: 'serve', listening }, isExpected ? { do: 'report-ready' } : { do: 'settle' }],
  };
}

/** The app's own server goes before what we serve for it; one on the app's port before one on another. */
function takesOver<S>(next: Listening<S>, served: Listening<S>, appPort: number): boolean {
  if (served.isExported !== next.isExported) return served.isExported;
  return next.port === appPort && served.port !== appPort;
}

/** The app has started its server anew: what it listens on is known to be the app. */
function isSuccessor<S>(next: Listening<S>, last: Listening<S>): boolean {
  return next.server === last.server || next.port === last.port;
}

function close<S>(state: ServedState<S>, server: S): ServedStep<S> {
  if (state.name !== 'settling' && state.name !== 'serving') return { state, effects: [] };
  const others = state.alternates.filter((each) => each.server !== server);
  if (state.served.server !== server) return { state: { ...state, alternates: others }, effects: [] };
  const next = others.find(({ isExported }) => !isExported) ?? others[0];
  if (next !== undefined) {
    const alternates = others.filter((each) => each !== next);
    return { state: { ...state, served: next, alternates }, effects: [{ do: 'serve', listening: next }] };
  }
  const reports = state.name === 'serving' ? [{ do: 'report-closed' } as const] : [];
  return { state: { name: 'closed', last: state.served }, effects: [{ do: 'serve-none' }, ...reports] };
}
