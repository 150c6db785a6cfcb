// The benchmark's arithmetic, and what it says of what it has seen.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { cases } from '../../bench/cases.ts';
import { contenders } from '../../bench/contenders.ts';
import { goals } from '../../bench/goals.ts';
import { aboutOf } from '../../bench/images.ts';
import { page, summary } from '../../bench/report.ts';
import { judge, type Results, ratioOf, type Sample, valuesOf } from '../../bench/results.ts';
import { agree, latencyOf, median, ratios, spread } from '../../bench/statistics.ts';
import { run } from '../../tools/command.ts';

test('a median of two is between them, and one value is not the median of its neighbours', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('ratios are of the same round, and a round that one of both lacks is none', () => {
  assert.deepEqual(ratios([10, undefined, 30, 40], [5, 10, undefined, 10]), [2, 4]);
  assert.deepEqual(spread([2, 4]), { median: 3, low: 2, high: 4 });
  assert.equal(spread([]), undefined);
});

test('two runs agree where their rounds overlap', () => {
  const run = (low: number, high: number) => ({ median: (low + high) / 2, low, high });
  assert.ok(agree(run(1, 2), run(2, 3)));
  assert.ok(agree(run(1, 4), run(2, 3)));
  assert.ok(!agree(run(1, 2), run(2.1, 3)));
});

test('a pause of the server counts for every request that should have been sent meanwhile', () => {
  // One client, 100 requests a second, of which one waits for a second.
  const durations = [...Array.from({ length: 99 }, () => 1000), 1_000_000];
  const uncorrected = latencyOf(durations);
  const corrected = latencyOf(durations, 10_000);
  assert.ok(uncorrected.p50Ms < 1.1 && corrected.p50Ms < 20, `${uncorrected.p50Ms}, ${corrected.p50Ms}`);
  assert.ok(uncorrected.p99Ms < 1.1, `${uncorrected.p99Ms}`);
  assert.ok(corrected.p99Ms > 950, `${corrected.p99Ms}`);
});

test('who answers wrongly once is not compared in that case, however fast', () => {
  const results = seen([
    sample('hello', 'ours', { requestsPerSecond: 100, wrongShare: 0, failedShare: 0 }),
    sample('hello', 'uwsgi', { requestsPerSecond: 1000, wrongShare: 0.8, failedShare: 0 }),
  ]);
  assert.deepEqual(valuesOf(results, 'hello', 'uwsgi', 'requestsPerSecond'), [undefined]);
  assert.equal(ratioOf(results, 'hello', 'ours', 'uwsgi', 'requestsPerSecond'), undefined);
  assert.match(page(results), /hello JSON \\| – \\| 80 % errors/);
  assert.match(summary(results), /nginx \+ uWSGI \+ Flask +80 % errors/);
});

test('a goal is met, missed, or was not measured; errors are a value of their own', () => {
  const results = seen([
    sample('hello', 'ours', { requestsPerSecond: 700, cpuUsPerRequest: 20, wrongShare: 0, failedShare: 0 }),
    sample('hello', 'uwsgi', { requestsPerSecond: 100, cpuUsPerRequest: 100, wrongShare: 0, failedShare: 0 }),
    sample('hello-2', 'ours', { cpuUsPerRequest: 25, wrongShare: 0.5, failedShare: 0 }),
  ]);
  const goal = { what: '', case: 'hello', contender: 'ours', against: 'uwsgi', value: 'requestsPerSecond' };
  assert.equal(judge(results, { ...goal, atLeast: 6.5 }).isMet, true);
  assert.equal(judge(results, { ...goal, atLeast: 7.5 }).isMet, false);
  assert.equal(judge(results, { ...goal, value: 'requestsPerCpuSecond', atLeast: 5 }).seen?.median, 5);
  assert.equal(judge(results, { ...goal, case: 'wait', atLeast: 1 }).seen, undefined);
  const errors = { what: '', case: 'hello-2', contender: 'ours', value: 'errorShare', atMost: 0 };
  assert.equal(judge(results, errors).seen?.median, 0.5);
  assert.equal(judge(results, errors).isMet, false);
});

test('twice as many cores at a quarter more CPU time a request are 1.6 times as much', () => {
  const results = seen([
    sample('hello', 'ours', { cpuUsPerRequest: 20, wrongShare: 0, failedShare: 0 }),
    sample('hello-2', 'ours', { cpuUsPerRequest: 25, wrongShare: 0, failedShare: 0 }),
  ]);
  assert.deepEqual(valuesOf(results, 'hello-2', 'ours', 'timesOneCore'), [1.6]);
});

test('goals and cases name contenders and cases that there are, each once', () => {
  const names = { case: cases.map(({ name }) => name), contender: contenders.map(({ name }) => name) };
  for (const list of Object.values(names)) assert.equal(new Set(list).size, list.length);
  for (const goal of goals) {
    assert.ok(names.case.includes(goal.case), goal.case);
    for (const who of [goal.contender, goal.against ?? 'ours']) assert.ok(names.contender.includes(who), who);
  }
  for (const who of cases.flatMap(({ only = [] }) => only)) assert.ok(names.contender.includes(who), who);
});

test('each contender says what it is', () => {
  for (const { folder } of contenders) assert.match(aboutOf(folder), /\w+ \w+/, folder);
});

function sample(name: string, contender: string, values: Record<string, number>): Sample {
  return { case: name, contender, round: 1, values };
}

function seen(samples: Sample[]): Results {
  return {
    date: '2026-01-01',
    rounds: 1,
    seconds: 1,
    machine: {},
    contenders: Object.fromEntries(contenders.map(({ name, title }) => [name, { title, about: '' }])),
    cases: cases.map(({ name, title, kind }) => ({ name, title, kind })),
    samples,
    failures: [],
  };
}

test('a case or a peer that there is not, and what is no option, are refused with those that there are', async () => {
  const bench = join(import.meta.dirname, '../../bench/bench.ts');
  const mistakes: [args: string[], said: RegExp][] = [
    [['--case', 'helo'], /^error: there is no case helo\. There are: hello, /m],
    [['--peer', 'gunicorn'], /^error: there is no peer gunicorn\. There are: ours, /m],
    [['--fast'], /^error: .*--fast.* There are --case, /m],
    [['hello'], /^error: hello: say --case NAME or --peer NAME\.$/m],
    [['--compare', 'a.json'], /^error: two files are compared: /m],
    [['--compare', 'a.json', 'b.json'], /^error: a\.json cannot be read .* Name a \.json file of bench\/results\.$/m],
  ];
  for (const [args, said] of mistakes) {
    const { code, output } = await run(process.execPath, [bench, ...args], { timeoutMs: 10_000 });
    assert.equal(code, 1);
    assert.match(output, said);
  }
});
