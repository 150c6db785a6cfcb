// Whatever a client sends: it is refused, or the app gets it as nginx understood it. See support/malformed-requests.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, type Options, serve } from './support/container.ts';
import { type Malformed, malformedRequests, pathsOf } from './support/malformed-requests.ts';
import { exchange, responsesOf } from './support/raw.ts';

/** Answers with what it saw of a request, and with all that it ever saw. It takes no upgrade. */
const echo = `
const seen = [];
function see({ method, url, rawHeaders }) {
  seen.push({ method, url, rawHeaders, bodyLength: 0 });
  return seen.at(-1);
}
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/seen') return response.end(JSON.stringify(seen));
  const what = see(request);
  request.on('data', (chunk) => { what.bodyLength += chunk.length; });
  request.on('end', () => response.end(JSON.stringify(what)));
});
server.on('upgrade', (request, socket) => {
  const what = see(request);
  what.isUpgrade = true;
  socket.end('HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n' + JSON.stringify(what));
});
server.listen(3000);`;

interface Seen {
  method: string;
  url: string;
  /** Names and values in turn. */
  rawHeaders: string[];
  bodyLength: number;
  isUpgrade?: true;
}

interface Logged {
  id: string;
  client: string;
  method: string;
  host: string;
  /** With its query. */
  path: string;
  status: number;
  slot: number | null;
}

const app = { '/app/main.cjs': echo, '/app/secret.txt': 'a secret' };
const withPages = { ...app, '/app/public/index.html': 'the single page' };
const variants: Record<string, Options> = {
  'an app alone': { files: app },
  'an app with a single page': { files: withPages, environment: { STATIC_INDEX: '1' } },
};

for (const [name, options] of Object.entries(variants)) {
  test(`${malformedRequests.length} malformed requests mean the same to nginx and to ${name}, or nothing`, async (t) => {
    // One of each: all requests share their connections to the worker, where a smuggled one would lie in wait.
    const one = { WORKERS: '1', NGINX_WORKER_PROCESSES: '1', ACCESS_LOG_QUERY: 'on' };
    const container = await serve(t, { ...options, environment: { ...one, ...options.environment } });
    const before = await processes(container);

    const problems: string[] = [];
    for (const [number, request] of malformedRequests.entries()) {
      const problem = await problemWith(container, number, request);
      if (problem !== undefined) problems.push(`${request.name}: ${problem}`);
    }
    const seen = (await (await container.get('/seen')).json()) as Seen[];
    const after = await processes(container);
    await container.ready();
    // A stop makes nginx write the rest of its log.
    const { exitCode, output } = await container.stop();

    problems.push(...disagreements(seen, logOf(output)));
    assert.deepEqual(problems, []);
    assert.deepEqual(after, before, 'a process died');
    assert.doesNotMatch(output, /exited on signal|\[(alert|emerg|crit)\]/);
    assert.equal(exitCode, 0);
  });
}

/** Sends it, a request of good manners behind it on the same connection, and one on another connection. */
async function problemWith(container: Container, number: number, request: Malformed): Promise<string | undefined> {
  const { meaning, isLast, isIncomplete } = request;
  const after = pathsOf(number).asked.replace('case', 'after');
  const closing = `GET ${after} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`;
  const isFollowed = !isLast && !isIncomplete;
  try {
    const bytes = isFollowed ? Buffer.concat([request.bytes, Buffer.from(closing)]) : request.bytes;
    const received = await exchange(container, bytes, { ends: isIncomplete, withinMs: 10_000 });
    if (received.includes('a secret')) return 'a file from outside of the static folder';
    if (request.isWithoutHead) return received.includes('400') ? undefined : `answered with ${received}`;
    const responses = responsesOf(
      received,
      meaning.map((line) => line.split(' ')[0] ?? ''),
    );
    const bad = responses.find(({ status }) => status !== 200 && (status < 400 || status >= 500));
    if (bad !== undefined) return `answered with ${bad.status}`;
    const told = responses
      .filter(({ status }) => status === 200)
      .map(({ body }) => (body === '' ? 'HEAD' : inShort(JSON.parse(body))));
    const expected = meaning.map((line) => (line.startsWith('HEAD ') ? 'HEAD' : line));
    const next = `GET ${after} 0`;
    const isRefused = meaning.length === 0;
    // What is refused ends the connection, or does not.
    const allowed = isRefused ? [[], [next]] : [isFollowed ? [...expected, next] : expected];
    if (!allowed.some((lines) => JSON.stringify(lines) === JSON.stringify(told))) {
      return `meant ${JSON.stringify(told)}, answered with ${responses.map(({ status }) => status)}`;
    }
    const refusals = responses.length - told.length;
    if (refusals !== (isRefused ? 1 : 0) && !isIncomplete) return `refused ${refusals} times`;
    const bystander = pathsOf(number).asked.replace('case', 'bystander');
    const answer = await container.get(bystander);
    const { url } = (await answer.json()) as Seen;
    if (url !== bystander) return `another client got the answer for ${url}`;
  } catch (error) {
    return String(error);
  }
}

function inShort({ method, url, bodyLength, isUpgrade }: Seen): string {
  return `${isUpgrade ? 'UPGRADE' : method} ${url} ${bodyLength}`;
}

/** @returns where nginx and the app did not see the same requests, or the app not the client that nginx saw */
function disagreements(seen: readonly Seen[], log: readonly Logged[]): string[] {
  const found: string[] = [];
  const logged = new Map(log.map((line) => [line.id, line]));
  const answered = log.filter(({ slot, status }) => slot !== null && status === 200);
  // The one that asked what was seen is in the log only.
  if (answered.length !== seen.length + 1) found.push(`nginx passed on ${answered.length}, the app saw ${seen.length}`);
  for (const request of seen) {
    const what = inShort(request).slice(0, 200);
    if (/^(\w+:\/\/[^/]*)?\/smuggled-/.test(request.url)) found.push(`smuggled: ${what}`);
    const line = logged.get(header(request, 'x-request-id'));
    if (line === undefined) {
      found.push(`not in nginx's log: ${what}`);
      continue;
    }
    const claims = {
      'x-forwarded-for': line.client,
      'x-forwarded-proto': 'http',
      'x-real-ip': line.client,
      forwarded: '',
    };
    for (const [claim, truth] of Object.entries(claims)) {
      const told = header(request, claim);
      if (told !== truth) found.push(`${what}: ${claim} is ${told} instead of ${truth}`);
    }
    const lie = request.rawHeaders.find((value) => /203\.0\.113\.7|evil\.example/.test(value));
    if (lie !== undefined || header(request, 'x-forwarded-port') === '1') found.push(`${what}: a client's claim`);
    const hasUnderscores = request.rawHeaders.some((name, index) => index % 2 === 0 && name.includes('_'));
    if (hasUnderscores) found.push(`${what}: underscores`);
    const app = [
      request.method,
      printable(Buffer.from(request.url, 'latin1').toString()),
      hostname(header(request, 'host')),
    ];
    const nginx = [line.method, printable(line.path), hostname(line.host) || 'localhost'];
    if (app.join(' ') !== nginx.join(' ')) found.push(`${app.join(' ')} to the app, ${nginx.join(' ')} to nginx`);
  }
  return found;
}

/** @returns all values, as the app got them */
function header({ rawHeaders }: Seen, name: string): string {
  return rawHeaders
    .filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === name && index % 2 === 1)
    .join(' and ');
}

/** As far as it is logged. What is no UTF-8 comes as another number of replacement characters by each way. */
function printable(text: string): string {
  return text.replaceAll(/\uFFFD+/g, '\uFFFD').slice(0, 1000);
}

/** As nginx's $host: without a port, in small letters. */
function hostname(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

function logOf(output: string): Logged[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"time"'))
    .map((line) => JSON.parse(line));
}

/** @returns the numbers of nginx's processes and of the app's worker */
async function processes(container: Container): Promise<unknown> {
  const nginx = await container.exec('sh', '-c', 'grep -l "^Name:.nginx$" /proc/[0-9]*/status | sort');
  const status = await container.exec('cluster', 'status', '--json');
  const { workers } = JSON.parse(status.output) as { workers: { pid: number }[] };
  return { nginx: nginx.output, workers: workers.map(({ pid }) => pid) };
}
