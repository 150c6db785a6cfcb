// The two-line Dockerfile of app-template gives a production stack: nginx, a worker per CPU, a supervisor.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { before, test } from 'node:test';
import { buildTemplate } from './support/build.ts';
import { serve } from './support/container.ts';

let image: string;
before(async () => {
  image = await buildTemplate();
});

test('a page of public/ is answered by nginx, without a worker', async (t) => {
  const container = await serve(t, { image });
  const response = await container.get('/');
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /text\/html/);
  assert.match(await response.text(), /It works/);
  await container.printed(/"path":"\/","status":200,.*"slot":null/);
});

test('the JSON route is answered by the app, and its schema refuses bad input', async (t) => {
  const container = await serve(t, { image });
  const good = await container.get('/api/hello?name=Ada');
  assert.equal(good.status, 200);
  assert.equal(((await good.json()) as { hello: string }).hello, 'Ada');
  assert.equal((await container.get('/api/hello?name=')).status, 400);
});

test('repeated calls reach every worker, one for each CPU', async (t) => {
  const container = await serve(t, { image });
  await container.printed(new RegExp(`worker ${availableParallelism() - 1} .*is ready`));
  const reached = new Set<number>();
  // A slot is handed over a moment after its worker is ready.
  for (let call = 0; call < 200 && reached.size < availableParallelism(); call += 1) {
    const response = await container.get('/api/hello');
    reached.add(((await response.json()) as { worker: number }).worker);
  }
  assert.deepEqual(
    [...reached].sort(),
    Array.from({ length: availableParallelism() }, (_, slot) => slot),
  );
});

test('compose.yaml’s rights are enough: read-only root, no capabilities, no new privileges', async (t) => {
  const container = await serve(t, {
    image,
    readOnly: true,
    tmpfs: { '/run': 'exec', '/tmp': '' },
    dropCapabilities: true,
  });
  assert.equal((await container.get('/api/hello')).status, 200);
  assert.equal((await container.stop()).exitCode, 0);
});
