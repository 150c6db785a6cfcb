// slowhttptest's three attacks, with 1,000 connections each: others are answered as ever. The short version, which also
// looks at when the attackers are cut off: tests/image/outlasts-slow-clients.test.ts. https://github.com/shekyan/slowhttptest
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections } from '../image/support/connections.ts';
import { serve } from '../image/support/container.ts';
import { verify } from '../image/support/verifiers.ts';

const app = `
const big = Buffer.alloc(2 * 1024 ** 2);
require('node:http').createServer((request, response) => {
  response.end(request.url === '/big' ? big : 'here');
}).listen(3000);`;

const common = ['-c', '1000', '-r', '250', '-l', '15', '-p', '5', '-v', '1'];
const attacks: Record<string, string[]> = {
  'slow headers': ['-H', '-i', '2', '-u', 'http://127.0.0.1:8080/'],
  'slow bodies': ['-B', '-i', '2', '-s', '8192', '-u', 'http://127.0.0.1:8080/'],
  'slow reads': ['-X', '-w', '16', '-y', '512', '-n', '2', '-z', '32', '-u', 'http://127.0.0.1:8080/big'],
};

for (const [name, options] of Object.entries(attacks)) {
  test(`1,000 connections of ${name} for 15 s keep nobody waiting`, async (t) => {
    const container = await serve(t, { files: { '/app/main.cjs': app }, environment: { WORKERS: '2' } });
    let isOver = false;
    const attack = verify(t, container, ['slowhttptest', ...common, ...options]).finally(() => {
      isOver = true;
    });
    let most = 0;
    let answers = 0;
    let slowest = 0;
    for (; !isOver; await sleep(50)) {
      const start = performance.now();
      const answer = await container.get('/', { signal: AbortSignal.timeout(5000) });
      assert.deepEqual([answer.status, await answer.text()], [200, 'here']);
      answers += 1;
      slowest = Math.max(slowest, performance.now() - start);
      if (answers % 10 === 0) most = Math.max(most, await openConnections(container));
    }

    const { output } = await attack;
    assert.ok(answers > 20, `${answers} answers`);
    t.diagnostic(`${most} connections at once, ${answers} answers to others, the slowest in ${slowest.toFixed(0)} ms`);
    assert.ok(most >= 1000, `only ${most} connections at once:\n${output}`);
    // Its own verdict, by a request of its own now and then.
    assert.match(output, /service available:\S*\s+\S*YES/);
    assert.doesNotMatch(output, /service available:\S*\s+\S*NO/);
  });
}
