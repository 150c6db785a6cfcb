// An app that knows nothing of this image runs unchanged, in every worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';

test('listen(3000) of a CommonJS server is served on the container’s port', async (t) => {
  const container = await serve(t, { app: 'own-listen', environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  const workers = new Set<number>();
  // A slot is handed over a moment after its worker is ready.
  for (let call = 0; call < 200 && workers.size < 2; call += 1) {
    const answer = (await (await container.get('/any/path?a=b')).json()) as { url: string; worker: number };
    assert.equal(answer.url, '/any/path?a=b');
    workers.add(answer.worker);
  }
  assert.deepEqual([...workers].sort(), [0, 1]);
  await container.printed(/listening on 3000/);
});

test('its own SIGTERM handler runs at a stop', async (t) => {
  const container = await serve(t, { app: 'own-listen', environment: { WORKERS: '1' } });
  const { exitCode, output } = await container.stop();
  assert.equal(exitCode, 0);
  assert.match(output, /server closed/);
});
