// The limits of an ECS task, asked of its metadata endpoint: here a server that answers as AWS documents it.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { fetchEcsLimits, parseEcsLimits } from '../../rootfs/usr/local/lib/cluster/machine/ecs.ts';
import { measureMachine } from '../../rootfs/usr/local/lib/cluster/machine/machine.ts';

const mebibyte = 1024 ** 2;
const task = { Limits: { CPU: 0.5, Memory: 1024 } };
const container = { Limits: { CPU: 256, Memory: 768 } };

/** A request that is never answered must fail its test soon. */
const options = { timeout: 5000 };

test('the ECS endpoint is asked for the task and the container', options, async (t) => {
  const documents: Record<string, unknown> = { '/v4/abc/task': task, '/v4/abc': container };
  const url = await listen(t, (path, response) => response.end(JSON.stringify(documents[path] ?? null)));
  assert.deepEqual(await fetchEcsLimits(`${url}/v4/abc`), { cpus: 0.5, memoryBytes: 768 * mebibyte });
  const machine = await measureMachine({ ECS_CONTAINER_METADATA_URI_V4: `${url}/v4/abc` });
  assert.deepEqual(machine.cpus, { value: 0.5, source: "the ECS task's CPU" });
});

test('one of the two ECS documents is enough', options, async (t) => {
  for (const [only, expected] of [
    ['/v4/abc/task', { cpus: 0.5, memoryBytes: 1024 * mebibyte }],
    ['/v4/abc', { cpus: undefined, memoryBytes: 768 * mebibyte }],
  ] as const) {
    const url = await listen(t, (path, response) => {
      if (path !== only) response.writeHead(404);
      response.end(JSON.stringify(path === '/v4/abc/task' ? task : container));
    });
    assert.deepEqual(await fetchEcsLimits(`${url}/v4/abc`), expected, only);
  }
});

test('an ECS task without limits has none', () => {
  for (const nothing of [
    {},
    { Limits: {} },
    { Limits: { CPU: 0, Memory: 0 } },
    { Limits: { CPU: 'x', Memory: null } },
    null,
  ]) {
    assert.deepEqual(parseEcsLimits(nothing, nothing), { cpus: undefined, memoryBytes: undefined });
  }
});

test('an ECS endpoint that is wrong or not there is never an error', options, async (t) => {
  const answering = (answer: (response: ServerResponse) => void) => listen(t, (_path, response) => answer(response));
  const html = await answering((response) => response.end('<html>'));
  assert.equal(await fetchEcsLimits(html), undefined, 'not JSON');
  const failing = await answering((response) => response.writeHead(500).end(JSON.stringify(task)));
  assert.equal(await fetchEcsLimits(failing), undefined, 'status 500');
  const endless = await answering((response) =>
    response.end(JSON.stringify({ ...task, padding: ' '.repeat(mebibyte) })),
  );
  assert.equal(await fetchEcsLimits(endless), undefined, 'more than a mebibyte');
  const wrong = [undefined, '', 'http://127.0.0.1:1', 'http://', 'file:///etc/passwd', 'nonsense'];
  for (const endpoint of wrong) assert.equal(await fetchEcsLimits(endpoint), undefined, String(endpoint));
});

test('an ECS endpoint that is silent costs a second at the most', options, async (t) => {
  const silent = await listen(t, () => undefined);
  const stuck = await listen(t, (_path, response) => response.write('{'));
  const startedAt = performance.now();
  assert.deepEqual(await Promise.all([fetchEcsLimits(silent), fetchEcsLimits(stuck)]), [undefined, undefined]);
  assert.ok(performance.now() - startedAt < 3000);
});

/** @param answer to a path @returns the server's URL */
async function listen(
  t: { after(fn: () => void): void },
  answer: (path: string, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
