// Real frameworks, as their own docs begin, know nothing of this image and keep every promise: one table for all.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientInLog, spoofed } from './support/clients.ts';
import { type Container, serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';

/** Folders of tests/apps/frameworks, by what they show. */
const frameworks: Record<string, { folder: string; output?: string }> = {
  'Fastify, own listen()': { folder: 'fastify-own-listen' },
  'Fastify plugin in TypeScript': { folder: 'fastify-plugin' },
  'Fastify instance': { folder: 'fastify-instance' },
  'Express, own listen()': { folder: 'express' },
  'Express, module.exports and listen() if main': { folder: 'express-exported' },
  'Koa, own listen()': { folder: 'koa' },
  'Koa, exported': { folder: 'koa-exported' },
  'Hono, exported': { folder: 'hono' },
  'Hono, serve()': { folder: 'hono-serve' },
  'Nest in TypeScript with decorators': { folder: 'nest' },
  'Next, standalone': { folder: 'next', output: '.next/standalone' },
  'ws beside an HTTP server': { folder: 'ws' },
  'Socket.IO beside Express': { folder: 'socketio' },
  'node:http in CommonJS': { folder: 'http-cjs' },
  'export const handler': { folder: 'handler' },
};

interface Who {
  worker: string;
  pid: number;
  ip: string;
  protocol: string;
  requestId: string;
}

suite('runs', { concurrency: 2 }, () => {
  for (const [name, { folder, output }] of Object.entries(frameworks)) {
    test(name, async (t) => {
      const image = await buildFramework(folder, output);
      const container = await serve(t, { image, environment: { WORKERS: '2', ACCESS_LOG_QUERY: 'on' } });
      await container.printed(/worker 1 .*is ready/);

      await t.test('every worker answers', async () => {
        const workers = new Set<string>();
        // A slot is handed over a moment after its worker is ready.
        for (let call = 0; call < 200 && workers.size < 2; call += 1) workers.add((await who(container)).worker);
        assert.deepEqual([...workers].sort(), ['0', '1']);
        assert.equal((await container.get('/healthz')).status, 200);
      });

      await t.test('the app knows its client, whoever that claims to be', async () => {
        const uri = '/who?as=somebody-else';
        const { ip, protocol, requestId } = await who(container, uri, spoofed);
        const client = await clientInLog(container, uri);
        assert.deepEqual(
          { ip, protocol, requestId },
          { ip: client.address, protocol: 'http', requestId: client.requestId },
        );
      });

      await t.test('an upload of 5 MB arrives', async () => {
        const body = Buffer.alloc(5_000_000, 'x');
        const headers = { 'content-type': 'application/octet-stream' };
        const response = await container.get('/upload', { method: 'POST', headers, body });
        assert.deepEqual(await response.json(), { bytes: body.length });
      });

      await t.test('a streamed answer arrives in pieces, and is finished when a stop begins', async () => {
        const response = await container.get('/stream?pause=300');
        const pieces: string[] = [];
        let stopped: ReturnType<Container['stop']> | undefined;
        for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          pieces.push(piece);
          stopped ??= container.stop();
        }
        assert.deepEqual(pieces, ['1', '2', '3', '4', '5']);
        const end = await stopped;
        assert.equal(end?.exitCode, 0);
        assert.doesNotMatch(end.output, /is killed/);
      });
    });
  }
});

async function who(container: Container, uri = '/who', headers: Record<string, string> = {}): Promise<Who> {
  const response = await container.get(uri, { headers });
  assert.equal(response.status, 200);
  return (await response.json()) as Who;
}
