// Which server of the app is served, whatever it does with listen() and close(): the rules as a table, and as properties of
// random sequences.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  advanceServed,
  type Listening,
  type ServedEvent,
  type ServedState,
  type ServedStep,
} from '../../rootfs/usr/local/lib/cluster/worker/served-server.ts';

const appPort = 8080;
type Event = ServedEvent<string>;

const listens = (server: string, port = appPort, isExported = false): Event => ({
  type: 'listen',
  listening: { server, port, isExported },
});
const closes = (server: string): Event => ({ type: 'close', server });
const settled: Event = { type: 'settled' };

/** What follows from each event, one text each: `serve a, report-ready`. */
function story(events: readonly Event[]): { effects: string[]; state: ServedState<string> } {
  let state: ServedState<string> = { name: 'none' };
  const effects = events.map((event) => {
    const step = advanceServed(state, event, appPort);
    state = step.state;
    return step.effects
      .map((effect) => ('listening' in effect ? `${effect.do} ${effect.listening.server}` : effect.do))
      .join(', ');
  });
  return { effects, state };
}

const table: Record<string, readonly (readonly [Event, string])[]> = {
  'a server on PORT is ready at once': [[listens('a'), 'serve a, report-ready']],
  'one on another port is ready when none on PORT has followed': [
    [listens('a', 3000), 'serve a, settle'],
    [settled, 'report-ready'],
  ],
  'one on a unix path, too': [
    [{ type: 'listen', listening: { server: 'a', port: undefined, isExported: false } }, 'serve a, settle'],
    [settled, 'report-ready'],
  ],
  'metrics that listen first get their own port when the app listens on PORT': [
    [listens('metrics', 9464), 'serve metrics, settle'],
    [listens('app'), 'serve app, report-ready, give-port metrics'],
    [settled, ''],
  ],
  'also when they were served for a while': [
    [listens('metrics', 9464), 'serve metrics, settle'],
    [settled, 'report-ready'],
    [listens('app'), 'serve app, give-port metrics'],
  ],
  'metrics that listen later do so beside the app': [
    [listens('app'), 'serve app, report-ready'],
    [listens('metrics', 9464), 'listen-beside metrics'],
    [closes('metrics'), ''],
  ],
  'of several that are not on PORT the first one is served': [
    [listens('a', 3000), 'serve a, settle'],
    [listens('b', 4000), 'listen-beside b'],
    [settled, 'report-ready'],
  ],
  'a closed server is not served, and another one on its port is at once': [
    [listens('starting', 3000), 'serve starting, settle'],
    [settled, 'report-ready'],
    [closes('starting'), 'serve-none, report-closed'],
    [listens('app', 3000), 'serve app, report-ready'],
  ],
  'so is one on PORT': [
    [listens('a', 3000), 'serve a, settle'],
    [settled, 'report-ready'],
    [closes('a'), 'serve-none, report-closed'],
    [listens('b'), 'serve b, report-ready'],
  ],
  'so is the same server on another port': [
    [listens('a', 3000), 'serve a, settle'],
    [settled, 'report-ready'],
    [closes('a'), 'serve-none, report-closed'],
    [listens('a', 4000), 'serve a, report-ready'],
  ],
  'another one on another port has to settle': [
    [listens('a', 3000), 'serve a, settle'],
    [settled, 'report-ready'],
    [closes('a'), 'serve-none, report-closed'],
    [listens('b', 4000), 'serve b, settle'],
    [settled, 'report-ready'],
  ],
  'a probe that listens and closes before the app does not make the worker ready': [
    [listens('probe', 3000), 'serve probe, settle'],
    [closes('probe'), 'serve-none'],
    [settled, ''],
    [listens('app', 3000), 'serve app, report-ready'],
  ],
  'the second server of a `localhost` takes over when the first is closed': [
    [listens('127.0.0.1'), 'serve 127.0.0.1, report-ready'],
    [listens('::1'), ''],
    [closes('127.0.0.1'), 'serve ::1'],
    [closes('::1'), 'serve-none, report-closed'],
  ],
  'metrics are not served in the place of an app that was closed': [
    [listens('app'), 'serve app, report-ready'],
    [listens('metrics', 9464), 'listen-beside metrics'],
    [closes('app'), 'serve-none, report-closed'],
    [listens('app'), 'serve app, report-ready'],
  ],
  'a server of the app goes before what it exported': [
    [listens('exported', appPort, true), 'serve exported, report-ready'],
    [listens('own', 3000), 'serve own'],
  ],
  'whichever comes first': [
    [listens('own', 3000), 'serve own, settle'],
    [listens('exported', appPort, true), ''],
    [settled, 'report-ready'],
  ],
  'what closes without having listened changes nothing': [
    [closes('a'), ''],
    [settled, ''],
  ],
};

for (const [promise, steps] of Object.entries(table)) {
  test(promise, () => {
    assert.deepEqual(
      story(steps.map(([event]) => event)).effects,
      steps.map(([, effects]) => effects),
    );
  });
}

/** Servers listen and are closed in any order, each only in turns, as Node has it. */
const histories = fc.array(
  fc.oneof(
    fc.record({
      server: fc.constantFrom('a', 'b', 'c'),
      port: fc.constantFrom(appPort, 3000, 9464, undefined),
      isExported: fc.boolean(),
    }),
    fc.constant('settled' as const),
  ),
  { maxLength: 40 },
);

test('whatever the app does: ready exactly while a server that listens is served, and one on PORT before any other', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const listening = new Map<string, Listening<string>>();
      let state: ServedState<string> = { name: 'none' };
      let isReady = false;
      let delivers: string | undefined;
      for (const each of history) {
        const event = eventOf(each, listening);
        const step: ServedStep<string> = advanceServed(state, event, appPort);
        state = step.state;
        for (const effect of step.effects) {
          if (effect.do === 'serve') delivers = effect.listening.server;
          if (effect.do === 'serve-none') delivers = undefined;
          if (effect.do === 'report-ready') isReady = true;
          if (effect.do === 'report-closed') isReady = false;
          if (effect.do === 'listen-beside') assert.notEqual(effect.listening.port, appPort);
        }
        const served = state.name === 'serving' || state.name === 'settling' ? state.served : undefined;
        assert.equal(isReady, state.name === 'serving');
        assert.equal(delivers, served?.server);
        if (served === undefined) continue;
        assert.deepEqual(listening.get(served.server), served);
        const isOwnOnPort = [...listening.values()].some(({ port, isExported }) => port === appPort && !isExported);
        if (isOwnOnPort) assert.equal(served.port, appPort);
      }
    }),
    { numRuns: 5000 },
  );
});

function eventOf(each: Listening<string> | 'settled', listening: Map<string, Listening<string>>): Event {
  if (each === 'settled') return settled;
  if (listening.delete(each.server)) return closes(each.server);
  listening.set(each.server, each);
  return { type: 'listen', listening: each };
}
