// Informational responses (1xx) of an app do not reach nginx, whichever way they were written; everything else does.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { dropInformationalResponses } from '../../rootfs/usr/local/lib/cluster/worker/informational-responses.ts';

const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
/** Newer than the types of Node that we have. */
type Informing = ServerResponse & { writeInformation(status: number, headers: object, done: () => void): void };

const ways: Record<string, (response: ServerResponse, done: () => void) => unknown> = {
  'writeEarlyHints()': (response, done) => response.writeEarlyHints({ link: '</a.css>; rel=preload' }, done),
  'writeProcessing()': (response, done) => {
    response.writeProcessing();
    done();
  },
  'writeContinue()': (response, done) => response.writeContinue(done),
  'writeInformation()': (response, done) => (response as Informing).writeInformation(110, { 'x-progress': '1' }, done),
  'a string, as h3 and @fastify/early-hints do': (response, done) => response.socket?.write(hint, 'ascii', done),
  'a string, without an encoding': (response, done) => response.socket?.write(hint, done),
  bytes: (response, done) => response.socket?.write(Buffer.from(hint), done),
  'an array of bytes': (response, done) => response.socket?.write(new Uint8Array(Buffer.from(hint)), done),
  'two at once': (response, done) => response.socket?.write(hint + hint.replace('103', '102'), done),
  'line by line': (response, done) => {
    for (const line of hint.split(/(?<=\r\n)/)) response.socket?.write(line);
    done();
  },
  'HTTP/1.0': (response, done) => response.socket?.write(hint.replace('1.1', '1.0'), done),
};

for (const [way, write] of Object.entries(ways)) {
  test(`dropped, and its callback called: ${way}`, async (t) => {
    const received = await exchange(t, async (response) => {
      await new Promise<void>((resolve) => write(response, resolve));
      response.end('the answer');
    });
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(received, /\r\n\r\nthe answer$/);
    assert.doesNotMatch(received, /1\d\d (Early|Processing|Continue|Progress)|preload/);
  });
}

test('a body that begins like one is the body', async (t) => {
  for (const body of [hint, Buffer.from(hint)]) {
    const received = await exchange(t, (response) => {
      response.writeHead(200, { 'content-length': hint.length });
      response.flushHeaders();
      response.end(body);
    });
    assert.ok(received.endsWith(`\r\n\r\n${hint}`), received);
  }
});

test('what follows it in the same write is sent', async (t) => {
  const received = await exchange(t, (response) => {
    response.socket?.write(`${hint}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
    response.socket?.end();
  });
  assert.equal(received, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
});

test('101 is sent: by an upgrade, and by an app that writes it itself', async (t) => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';
  const byHand = await exchange(t, (response) => response.socket?.end(switching));
  assert.equal(byHand, switching);
});

/** @returns all that the client of one request got */
async function exchange(
  t: { after(done: () => void): void },
  respond: (response: ServerResponse) => unknown,
): Promise<string> {
  const server = http.createServer((_request, response) => respond(response));
  server.on('connection', dropInformationalResponses);
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const signal = AbortSignal.timeout(5000);
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(client, 'close', { signal });
  return Buffer.concat(chunks).toString();
}
