// A stop under load: every request that has reached nginx is answered. Clients that do not stop asking see nothing but, at
// the end, that the port is closed.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultDeadlineMs, onceInTime, until, within } from '../support/deadline.ts';
import { boot, type Container, type Options } from './support/container.ts';
import { amount } from './support/long.ts';

/** On this machine's own network: behind a published port Docker's proxy would take connections that nginx refuses. */
const port = 18_181;
const url = `http://127.0.0.1:${port}`;
const clientsOfAKind = 8;
const body = 'x'.repeat(20_000);

interface Seen {
  answered: number;
  /**
   * Connections that were made and reset before nginx took them: those in the kernel's queue when the port is closed. So
   * there is one for a client at the most, and whatever it asks after that is refused: all else is a failure.
   */
  unread: number;
  failures: string[];
}

test(`${amount(3, 20)} stops, and 32 clients that never stop asking`, async (t) => {
  let answered = 0;
  let unread = 0;
  for (let stop = 1; stop <= amount(3, 20); stop += 1) {
    const container = await serveHere(t, { environment: { WORKERS: '2', DRAIN_DELAY: stop % 2 === 0 ? '1s' : '0' } });
    const clients = startClients();
    const considerate = askWhileReady();
    const inFlight = [once(`/slow?ms=${amount(1500, 5000)}`, 'GET', new Agent()), sendSlowly()];
    const webSocket = await openWebSocket();
    await container.printed(/slow request began/);
    const { exitCode, output } = await container.stop();
    assert.equal(exitCode, 0);
    assert.match(output, /^\[cluster\] stopped in .*; no answer was cut$/m);
    for (const { status } of await Promise.all(inFlight)) assert.equal(status, 200, 'a request in flight');
    assert.equal(await webSocket.closed(), 1012);
    const all = Promise.all([...clients, considerate]);
    for (const seen of await within(defaultDeadlineMs, 'the clients to be refused', all)) {
      assert.deepEqual(seen.failures, [], output.slice(-300));
      answered += seen.answered;
      unread += seen.unread;
    }
  }
  t.diagnostic(`${answered} requests were answered, ${unread} connections reset in the kernel's queue`);
  assert.ok(answered > 1000, `only ${answered} requests: no load`);
});

test('what did not get ready in time is cut, counted, and the code is 0 all the same', async (t) => {
  const container = await serveHere(t, { environment: { WORKERS: '1', STOP_TIMEOUT: '2s' } });
  const slow = once('/slow?ms=20000', 'GET', new Agent()).catch((error: Error) => error.message);
  await container.printed(/slow request began/);
  const { exitCode, output } = await container.stop();
  assert.equal(exitCode, 0);
  assert.match(output, /; 1 answer was cut \(1 in slot 0\): STOP_TIMEOUT was too short for it$/m);
  assert.notEqual(((await slow) as { status?: number }).status, 200);
});

test('meanwhile a deep link of a single-page app is its page, and a location of the user’s is as the user wrote it', async (t) => {
  const files = {
    '/app/public/index.html': 'the single page',
    '/app/nginx/server.d/own.conf':
      'location /own/ {\n  more_set_input_headers "X-Own: yes";\n  proxy_pass http://app;\n}\n',
    '/app/own.mjs': `import http from 'node:http';
http.createServer((request, response) => {
  if (request.url.startsWith('/slow')) { console.log('slow request began'); return setTimeout(() => response.end('slow'), 1500); }
  if (request.url.startsWith('/worker')) return response.end('{"pid":1}');
  if (request.url.startsWith('/own/')) return response.end(request.headers['x-own'] ?? 'lost');
  response.writeHead(404).end('the app does not know it');
}).listen(3000);`,
  };
  const container = await serveHere(t, {
    app: 'parrot',
    files,
    environment: { WORKERS: '1', STATIC_INDEX: 'on', APP_MODULE: 'own.mjs' },
  });
  const slow = once('/slow', 'GET', new Agent());
  await container.printed(/slow request began/);
  const stopped = container.stop();
  const failures: string[] = [];
  let asked = 0;
  const ask = async (path: string, wanted: string) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const answer = await once(path, 'GET', agent, { accept: 'text/html' }).catch((error: Error) => error);
      if (!('status' in answer)) return agent.destroy();
      asked += 1;
      if (answer.status !== 200 || answer.text !== wanted) failures.push(`${path}: ${answer.status} ${answer.text}`);
    }
  };
  const clients = Array.from({ length: 4 }, () => [ask('/deep/link', 'the single page'), ask('/own/page', 'yes')]);
  await Promise.all(clients.flat());
  assert.equal((await slow).status, 200);
  assert.equal((await stopped).exitCode, 0);
  assert.deepEqual(failures, []);
  assert.ok(asked > 8, `${asked} requests`);
});

test('a second signal hastens: DRAIN_DELAY is over, requests in flight get one more second', async (t) => {
  const container = await serveHere(t, { environment: { WORKERS: '1', DRAIN_DELAY: '20s', STOP_TIMEOUT: '50s' } });
  const slow = once('/slow?ms=60000', 'GET', new Agent()).catch((error: Error) => error.message);
  await container.printed(/slow request began/);
  await container.signal('SIGTERM');
  await container.printed(/serving for another 20 s/);
  await container.signal('SIGINT');
  await container.printed(/asked again: requests in flight get one more second/);
  const { exitCode, output } = await container.end();
  assert.equal(exitCode, 0);
  const [, seconds] = /stopped in ([\d.]+) s/.exec(output) ?? [];
  assert.ok(Number(seconds) < 15, output);
  await slow;
});

async function serveHere(t: TestContext, options: Options): Promise<Container> {
  const environment = { PORT: String(port), ADMIN_PORT: 'off', ACCESS_LOG: 'off', ...options.environment };
  const container = await boot(t, { app: 'workshop', ...options, network: 'host', environment });
  const look = () => once('/worker', 'GET', new Agent()).catch((error: Error) => error);
  await until('/worker to respond 200', look, (seen) => 'status' in seen && seen.status === 200, { everyMs: 20 });
  return container;
}

/** Each asks until the port is closed. */
function startClients(): Promise<Seen>[] {
  const kinds = ['GET', 'POST'].flatMap((method) => [true, false].map((isKept) => ({ method, isKept })));
  return kinds.flatMap((kind) => Array.from({ length: clientsOfAKind }, () => ask(kind)));
}

async function ask({ method, isKept }: { method: string; isKept: boolean }): Promise<Seen> {
  const agent = new Agent({ keepAlive: isKept, maxSockets: 1 });
  const seen: Seen = { answered: 0, unread: 0, failures: [] };
  // One failure is enough for the test; some more tell what kind it is.
  while (seen.failures.length < 10) {
    try {
      const { status, text } = await once(method === 'GET' ? '/worker' : '/echo', method, agent);
      const isRight = status === 200 && (method === 'GET' ? text.includes('"pid"') : text === body);
      if (isRight && seen.unread === 0) seen.answered += 1;
      else if (isRight) seen.failures.push(`${method}: answered after a reset, so the port was open`);
      else seen.failures.push(`${method}: ${status} ${text.slice(0, 80)}`);
      // Each connection leaves its port behind for a minute.
      if (!isKept) await sleep(10);
    } catch (error) {
      const { code, isReused } = error as NodeJS.ErrnoException & { isReused?: boolean };
      if (code === 'ECONNREFUSED') {
        agent.destroy();
        return seen;
      }
      if (code === 'ECONNRESET' && !isReused && seen.unread === 0) seen.unread = 1;
      else seen.failures.push(`${method}, ${isReused ? 'kept' : 'new'} connection: ${code ?? error}`);
    }
  }
  return seen;
}

/** Stops when the container says that it is not ready any more, as a load balancer does. */
async function askWhileReady(): Promise<Seen> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const seen: Seen = { answered: 0, unread: 0, failures: [] };
  const isReady = async () => (await once('/healthz', 'GET', new Agent()).catch(() => undefined))?.status === 200;
  while (await isReady()) {
    const answer = await once('/worker', 'GET', agent).catch((error: NodeJS.ErrnoException) => error);
    // Between the two the port may have been closed.
    if ('status' in answer && answer.status === 200) seen.answered += 1;
    else if (!('code' in answer && answer.code === 'ECONNREFUSED')) seen.failures.push(JSON.stringify(answer));
  }
  agent.destroy();
  return seen;
}

/** A client with a slow line: its body takes a second and a half. */
function sendSlowly(): Promise<{ status: number | undefined }> {
  const sent = new Promise<{ status: number | undefined }>((resolve, reject) => {
    const headers = { 'content-type': 'text/plain', 'content-length': 30 };
    const outgoing = request(`${url}/echo`, { method: 'POST', headers, agent: new Agent() }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode }));
    });
    outgoing.on('error', reject);
    let sent = 0;
    const timer = setInterval(() => {
      sent += 1;
      outgoing.write('x');
      if (sent === 30) {
        clearInterval(timer);
        outgoing.end();
      }
    }, 50);
  });
  return within(defaultDeadlineMs, 'the response to the slow client', sent);
}

/** @returns with which code it is closed, in the end */
async function openWebSocket(): Promise<{ closed: () => Promise<number> }> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
  await onceInTime(socket, 'open', 'the WebSocket to open');
  return { closed: () => within(defaultDeadlineMs, 'the WebSocket to be closed', closed) };
}

function once(
  path: string,
  method: string,
  agent: Agent,
  more: Record<string, string> = {},
): Promise<{ status: number | undefined; text: string }> {
  const responded = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const headers = { ...(method === 'POST' ? { 'content-type': 'text/plain' } : {}), ...more };
    const outgoing = request(`${url}${path}`, { method, agent, headers }, async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode, text });
      } catch (error) {
        reject(Object.assign(error as Error, { isReused: true })); // in the middle of an answer
      }
    });
    outgoing.on('error', (error) => reject(Object.assign(error, { isReused: outgoing.reusedSocket })));
    outgoing.end(method === 'POST' ? body : undefined);
  });
  return within(defaultDeadlineMs, `the response to ${method} ${path}`, responded);
}
