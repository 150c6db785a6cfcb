// Clients that send or read a byte now and then wait in nginx. The app does not see them, others are answered as ever,
// and nginx ends them when their time is up. With real tools, in tests/long: withstands-slow-attacks.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from './support/container.ts';

const clients = 200;

/** Tells how many bodies it was sent, and answers /big with much. */
const app = `
let bodies = 0;
const big = Buffer.alloc(64 * 1024 ** 2);
require('node:http').createServer((request, response) => {
  if (request.method === 'POST') bodies += 1;
  response.end(request.url === '/big' ? big : String(bodies));
}).listen(3000);`;

/**
 * The clients, each with a byte every half a second for 5 s, and none after that; and after how many seconds they were
 * cut off. In the container: what a proxy of Docker's in between does not read would fill its buffers.
 */
const attack = `
const { connect } = require('node:net');
const kinds = {
  header: 'GET /slow HTTP/1.1\\r\\nHost: test\\r\\nA: ',
  body: 'POST /slow HTTP/1.1\\r\\nHost: test\\r\\nContent-Length: 1000\\r\\n\\r\\n',
  reading: 'GET /big HTTP/1.1\\r\\nHost: test\\r\\n\\r\\n',
};
const cuts = { header: [], body: [], reading: [] };
for (const [kind, start] of Object.entries(kinds)) {
  for (let client = 0; client < ${clients}; client += 1) {
    const socket = connect(8080, '127.0.0.1', () => socket.write(start));
    const since = Date.now();
    const timer = setInterval(() => {
      if (kind === 'reading' && Date.now() - since < 5000) socket.read(1);
      // Who does not read hears of its end when it writes.
      else if (kind === 'reading' || Date.now() - since < 5000) socket.write('x');
    }, 500);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      cuts[kind].push((Date.now() - since) / 1000);
    });
  }
}
process.on('exit', () => console.log(JSON.stringify(cuts)));`;

test(`${clients} clients that send a header slowly, ${clients} a body, and ${clients} that read slowly`, async (t) => {
  const files = { '/app/main.cjs': app, '/app/attack.cjs': attack };
  const container = await serve(t, {
    files,
    environment: { WORKERS: '1', NGINX_CLIENT_TIMEOUT: '6s', NGINX_SEND_TIMEOUT: '6s' },
  });
  let isOver = false;
  const attacked = container.exec('node', '/app/attack.cjs').finally(() => {
    isOver = true;
  });

  let answers = 0;
  for (; !isOver; await sleep(100)) {
    const answer = await container.get('/', { signal: AbortSignal.timeout(5000) });
    assert.deepEqual([answer.status, await answer.text()], [200, '0'], 'of 0 bodies');
    answers += 1;
  }

  const cuts: Record<'header' | 'body' | 'reading', number[]> = JSON.parse((await attacked).output);
  const between = (kind: keyof typeof cuts, from: number, to: number) =>
    cuts[kind].filter((seconds) => seconds > from && seconds < to).length;
  // The time is for the whole header; for a body it begins anew with each byte.
  assert.equal(between('header', 5, 10), clients, cuts.header.join());
  assert.equal(between('body', 9, 16), clients, cuts.body.join());
  assert.equal(between('reading', 5, 20), clients, cuts.reading.join());
  assert.ok(answers > 50, `${answers} answers`);
  const { output } = await container.stop();
  assert.equal(output.match(/"status":408/g)?.length, 2 * clients);
});
