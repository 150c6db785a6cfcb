// One line for each request, whole and readable; without queries and probes; as much or as little as ACCESS_LOG asks for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';
import { get } from './support/raw.ts';

interface Line {
  time: string;
  id: string;
  client: string;
  method: string;
  host: string;
  path: string;
  status: number;
  bytes: number;
  duration: number;
  workerDuration: number | null;
  slot: number | null;
  agent: string;
}

test('as JSON: every field, no query, no probe, hostile text escaped, and nothing lost at a stop', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    files: { '/app/public/file.txt': 'a file' },
    // Each of nginx's workers has a buffer of its own: with one, the lines come in order.
    environment: { WORKERS: '1', NGINX_WORKER_PROCESSES: '1' },
  });
  await get(container, '/say?token=secret', { 'x-request-id': 'the-request.1' });
  await get(container, '/file.txt', { 'user-agent': 'evil"}\\ \x1b[31m{' });
  await get(container, '/say?status=503&ms=150');
  await get(container, '/%22%7d"%0a{?x');
  await container.get('/healthz');
  // Right before the stop: the last line is still in nginx's buffer.
  await get(container, '/say?last');
  const { output } = await container.stop();

  const lines: Line[] = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ path, status, slot }) => `${path} ${status} ${slot}`),
    ['/say 200 0', '/file.txt 200 null', '/say 503 0', '/%22%7d"%0a{ 404 0', '/say 200 0'],
  );
  const [first, file, slow] = lines as [Line, Line, Line];
  assert.equal(first.id, 'the-request.1');
  assert.equal(file.agent, 'evil"}\\ \x1b[31m{');
  assert.equal(first.bytes, 'said'.length);
  assert.match(first.client, /^[\d.:a-f]+$/);
  assert.ok(!Number.isNaN(Date.parse(first.time)), first.time);
  assert.equal(file.workerDuration, null);
  // Of 150 ms: nginx looks at its clock once an event, so that a millisecond or two may be missing.
  assert.ok(slow.duration >= 0.12 && (slow.workerDuration ?? 0) >= 0.11, JSON.stringify(slow));
  assert.doesNotMatch(output, /secret|healthz/);
});

test('ACCESS_LOG_QUERY and LOG_FORMAT=text: a line that people read', async (t) => {
  const environment = { LOG_FORMAT: 'text', ACCESS_LOG_QUERY: 'on', WORKERS: '1' };
  const container = await serve(t, { app: 'parrot', environment });
  await get(container, '/say?a=b', { host: 'shop.example', 'user-agent': 'a "quoted" agent' });
  const [line] = await container.printed(/^.*GET shop\.example\/say\?a=b.*$/m);
  assert.match(
    line,
    /^\S+T\S+ \S+ GET shop\.example\/say\?a=b 200 4B 0\.\d{3}s slot 0 id \S+ "a \\x22quoted\\x22 agent"$/,
  );
});

test('ACCESS_LOG=errors logs those alone, ACCESS_LOG=slow:200ms those that took so long', async (t) => {
  const errors = await serve(t, { app: 'parrot', environment: { ACCESS_LOG: 'errors', WORKERS: '1' } });
  for (const status of [200, 302, 404, 500]) await get(errors, `/say?status=${status}`);
  assert.deepEqual(statusesOf((await errors.stop()).output), [404, 500]);

  const slow = await serve(t, { app: 'parrot', environment: { ACCESS_LOG: 'slow:200ms', WORKERS: '1' } });
  await get(slow, '/say?status=201&ms=400');
  await get(slow, '/say?status=202&ms=1100');
  const { output } = await slow.stop();
  assert.deepEqual(statusesOf(output), [201, 202]);
});

test('under load no line is torn apart by another, of the app’s or of another worker of nginx', async (t) => {
  const app = `import { createServer } from 'node:http';
createServer((request, response) => {
  process.stdout.write('app ' + 'x'.repeat(2000) + ' end\\n');
  response.end('said');
}).listen(3000);
`;
  const container = await serve(t, {
    files: { '/app/main.mjs': app },
    environment: { WORKERS: '2', NGINX_WORKER_PROCESSES: '2' },
  });
  const agent = 'a'.repeat(500);
  for (let batch = 0; batch < 20; batch += 1) {
    await Promise.all(Array.from({ length: 20 }, () => get(container, '/', { 'user-agent': agent })));
  }
  const { output } = await container.stop();
  const lines = output.split('\n').filter((line) => !line.startsWith('[cluster]'));
  assert.equal(lines.filter((line) => /^app x{2000} end$/.test(line)).length, 400);
  assert.equal(lines.filter((line) => line.startsWith('{') && JSON.parse(line).agent === agent).length, 400);
  assert.equal(lines.length, 800);
});

test('combined, common and logfmt: as their readers know them', async (t) => {
  const formats: Record<string, RegExp[]> = {
    combined: [
      /^[\d.]+ - - \[\d\d\/\w{3}\/\d{4}:[\d:]{8} \+0000\] "GET \/say HTTP\/1\.1" 200 4 "https:\/\/shop\.example\/" "a \\x22quoted\\x22 agent"$/,
      /^[\d.]+ - - \[\S+ \+0000\] "GET \/say HTTP\/1\.1" 200 4 "-" "-"$/,
    ],
    common: [/^[\d.]+ - - \[\S+ \+0000\] "GET \/say HTTP\/1\.1" 200 4$/],
    logfmt: [
      /^time="\S+" id="\S+" client="[\d.]+" method="GET" host="shop\.example" path="\/say" status=200 bytes=4 duration=[\d.]+ workerDuration=[\d.]+ slot=0 failure="" agent="a \\"quoted\\" agent"$/,
    ],
  };
  for (const [format, expected] of Object.entries(formats)) {
    const container = await serve(t, { app: 'parrot', environment: { LOG_FORMAT: format, WORKERS: '1' } });
    const headers = { host: 'shop.example', referer: 'https://shop.example/?token=secret' };
    await get(container, '/say?token=secret', { ...headers, 'user-agent': 'a "quoted" agent' });
    await get(container, '/say');
    const { output } = await container.stop();
    for (const line of expected)
      assert.ok(
        output.split('\n').some((each) => line.test(each)),
        `${line}\n${output}`,
      );
    assert.doesNotMatch(output, /secret/);
  }
});

test('the trace that a request belongs to is in its line, where the header is valid', async (t) => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const invalid = [
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `ff-${trace}-00f067aa0ba902b7-01`,
    `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${trace}-00f067aa0ba902b7-01-more`,
    `00-${trace}-00f067aa0ba902b7`,
    `00-${trace}"}`,
  ];
  const valid = [`00-${trace}-00f067aa0ba902b7-01`, `cc-${trace}-00f067aa0ba902b7-01-more`];
  const container = await serve(t, { app: 'parrot', environment: { WORKERS: '1', NGINX_WORKER_PROCESSES: '1' } });
  for (const traceparent of [...invalid, ...valid]) await get(container, '/say', { traceparent });
  await get(container, '/say');
  const { output } = await container.stop();
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).traceId),
    [...invalid.map(() => undefined), trace, trace, undefined],
  );

  const environment = { LOG_FORMAT: 'text', ACCESS_LOG: 'errors', WORKERS: '1' };
  const errors = await serve(t, { app: 'parrot', environment });
  for (const status of [200, 500]) await get(errors, `/say?status=${status}`, { traceparent: String(valid[0]) });
  await get(errors, '/say?status=404');
  const printed = (await errors.stop()).output;
  assert.match(printed, new RegExp(` 500 .* id \\S+ trace ${trace} "-"$`, 'm'));
  assert.match(printed, / 404 .* id \S+ "-"$/m);
  assert.doesNotMatch(printed, / 200 \d+B/);
});

/** In numerical order: each of nginx's workers writes its own lines. */
function statusesOf(output: string): number[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as Line).status)
    .sort((a, b) => a - b);
}
