// What the tests of the pool ask of an app: answers that can be checked, and every way to be a bad worker.
import { spawn } from 'node:child_process';
import { createHash, pbkdf2Sync } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const worker = Number(process.env.NODE_APP_INSTANCE);
const kept = [];

const routes = {
  // The body comes back as its hash: a request that got lost, or mixed up with another, shows.
  async echo(request) {
    const body = Buffer.concat(await request.toArray());
    return { ...who, method: request.method, sha1: createHash('sha1').update(body).digest('hex') };
  },
  async slow(_request, { searchParams }) {
    await sleep(Number(searchParams.get('ms')));
    return who;
  },
  async block(_request, { searchParams }) {
    blockTheLoop(Number(searchParams.get('ms')));
    return who;
  },
  // Blocked, too, but without work: what others can do meanwhile is not a matter of CPU time.
  async wait(_request, { searchParams }) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(searchParams.get('ms')));
    return who;
  },
  // Blocked where no debugger can look: the stack can only be had afterwards.
  async hash() {
    pbkdf2Sync('password', 'salt', 20_000_000, 64, 'sha512');
    return who;
  },
  async leak(_request, { searchParams }) {
    kept.push(Buffer.alloc(Number(searchParams.get('bytes')), 1));
    return who;
  },
  async spawn() {
    return { pid: spawn('sleep', ['1000'], { stdio: 'ignore' }).pid };
  },
  async crash() {
    process.exit(9);
  },
  async events(_request, _url, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => response.write(`data: ${JSON.stringify(who)}\n\n`), 50);
    response.on('close', () => clearInterval(timer));
  },
};
const who = { worker, pid: process.pid, version: process.env.APP_VERSION ?? '1' };

function blockTheLoop(ms) {
  for (const end = Date.now() + ms; Date.now() < end; );
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://app');
  const answer = await routes[url.pathname.slice(1)]?.(request, url, response);
  if (response.headersSent) return;
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer ?? {}));
}).listen(process.env.PORT);
