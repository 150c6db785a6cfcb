// A stop waits for the requests that are being answered, and runs the app's close hooks after them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';
import { listenToEvents } from './support/events.ts';

test('a request that is in flight when the stop begins is answered', async (t) => {
  const container = await serve(t, { app: 'workshop' });
  const request = container.get('/slow?ms=2000');
  await container.printed(/slow request began/);
  const [response, end] = await Promise.all([request, container.stop()]);
  assert.equal(response.status, 200);
  assert.equal(end.exitCode, 0);
  assert.match(end.output, /close hook ran/);
});

test('server-sent events are ended in good order, and not waited for', async (t) => {
  const container = await serve(t, { app: 'pool' });
  const events = await listenToEvents(container);
  const { exitCode } = await container.stop(5);
  assert.equal(await events.end(), 'complete');
  assert.equal(exitCode, 0);
});

test('DRAIN_DELAY: not ready at once, still serving until it is over', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { DRAIN_DELAY: '2s' } });
  const stopped = container.stop();
  await container.printed(/asked to stop: not ready any more, serving for another 2 s/);
  assert.equal((await container.get('/healthz')).status, 503);
  assert.equal((await container.get('/worker')).status, 200);
  assert.equal((await stopped).exitCode, 0);
});
