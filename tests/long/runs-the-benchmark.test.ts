// The benchmark itself: a part of it, short, with the smallest of the others.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../tools/command.ts';
import { projectRoot } from '../../tools/paths.ts';

const bench = join(projectRoot, 'bench/bench.ts');

test('npm run bench: a part of it, with answers that are right, and nothing left behind', async () => {
  const cases = ['hello', 'fortunes', 'latency-low', 'hello-tls', 'deploy', 'lifecycle', 'size'];
  const args = ['--quick', ...cases.flatMap((name) => ['--case', name]), '--peer', 'bare'];
  const { code, output } = await run('node', [bench, ...args], { timeoutMs: 1_800_000 });
  assert.equal(code, 0, output);
  const [, summary = ''] = output.split('\n\n');
  assert.doesNotMatch(summary, /errors|not measured/);
  assert.match(
    summary,
    /^hello JSON:\n {2}this image, Fastify +requestsPerSecond \d+, .*\n {2}Node \+ Fastify, no nginx +/m,
  );
  const { output: left } = await run('docker', ['ps', '--all', '--quiet', '--filter=label=node-nginx-fastify.bench']);
  assert.equal(left, '');
});
