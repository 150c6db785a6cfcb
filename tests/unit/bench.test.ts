// The benchmark: its arithmetic, its report, its raw results, its command line.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cases } from '../../bench/cases.ts';
import { readCommand, usage } from '../../bench/command-line.ts';
import { contenders } from '../../bench/contenders.ts';
import { goals } from '../../bench/goals.ts';
import { aboutOf } from '../../bench/images.ts';
import { readRawResults, writeRawResults } from '../../bench/raw-results.ts';
import { page, summary } from '../../bench/report.ts';
import { judge, type Results, ratioOf, type Sample, valuesOf } from '../../bench/results.ts';
import { agree, latencyOf, median, ratios, spread } from '../../bench/statistics.ts';
import { Problem, run } from '../../tools/command.ts';

test('the median of an even number of values is the mean of the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('a ratio is of two values of one round; a round without one of them has no ratio', () => {
  assert.deepEqual(ratios([10, undefined, 30, 40], [5, 10, undefined, 10]), [2, 4]);
  assert.deepEqual(spread([2, 4]), { median: 3, low: 2, high: 4 });
  assert.equal(spread([]), undefined);
});

test('two runs agree if their ranges overlap', () => {
  const run = (low: number, high: number) => ({ median: (low + high) / 2, low, high });
  assert.ok(agree(run(1, 2), run(2, 3)));
  assert.ok(agree(run(1, 4), run(2, 3)));
  assert.ok(!agree(run(1, 2), run(2.1, 3)));
});

test('a pause of the server counts for each request that should have been sent meanwhile', () => {
  // One client, 100 requests a second, of which one waits for a second.
  const durations = [...Array.from({ length: 99 }, () => 1000), 1_000_000];
  const uncorrected = latencyOf(durations);
  const corrected = latencyOf(durations, 10_000);
  assert.ok(uncorrected.p50Ms < 1.1 && corrected.p50Ms < 20, `${uncorrected.p50Ms}, ${corrected.p50Ms}`);
  assert.ok(uncorrected.p99Ms < 1.1, `${uncorrected.p99Ms}`);
  assert.ok(corrected.p99Ms > 950, `${corrected.p99Ms}`);
});

test('a contender with a wrong response is not compared in that case', () => {
  const results = resultsWith([
    sample('hello', 'ours', { requestsPerSecond: 100, wrongShare: 0, failedShare: 0 }),
    sample('hello', 'uwsgi', { requestsPerSecond: 1000, wrongShare: 0.8, failedShare: 0 }),
  ]);
  assert.deepEqual(valuesOf(results, 'hello', 'uwsgi', 'requestsPerSecond'), [undefined]);
  assert.equal(ratioOf(results, 'hello', 'ours', 'uwsgi', 'requestsPerSecond'), undefined);
  assert.match(page(results), /hello JSON \\| – \\| 80 % errors/);
  assert.match(summary(results), /nginx \+ uWSGI \+ Flask +80 % errors/);
});

test('a goal is met, missed or not measured; errors can be a goal', () => {
  const results = resultsWith([
    sample('hello', 'ours', { requestsPerSecond: 700, cpuUsPerRequest: 20, wrongShare: 0, failedShare: 0 }),
    sample('hello', 'uwsgi', { requestsPerSecond: 100, cpuUsPerRequest: 100, wrongShare: 0, failedShare: 0 }),
    sample('hello-2', 'ours', { cpuUsPerRequest: 25, wrongShare: 0.5, failedShare: 0 }),
  ]);
  const goal = { what: '', case: 'hello', contender: 'ours', against: 'uwsgi', value: 'requestsPerSecond' };
  assert.equal(judge(results, { ...goal, atLeast: 6.5 }).isMet, true);
  assert.equal(judge(results, { ...goal, atLeast: 7.5 }).isMet, false);
  assert.equal(judge(results, { ...goal, value: 'requestsPerCpuSecond', atLeast: 5 }).measured?.median, 5);
  assert.equal(judge(results, { ...goal, case: 'wait', atLeast: 1 }).measured, undefined);
  const errors = { what: '', case: 'hello-2', contender: 'ours', value: 'errorShare', atMost: 0 };
  assert.equal(judge(results, errors).measured?.median, 0.5);
  assert.equal(judge(results, errors).isMet, false);
});

test('two cores at 1.25 times the CPU time per request give 1.6 times the throughput', () => {
  const results = resultsWith([
    sample('hello', 'ours', { cpuUsPerRequest: 20, wrongShare: 0, failedShare: 0 }),
    sample('hello-2', 'ours', { cpuUsPerRequest: 25, wrongShare: 0, failedShare: 0 }),
  ]);
  assert.deepEqual(valuesOf(results, 'hello-2', 'ours', 'timesOneCore'), [1.6]);
});

test('names of cases and contenders are unique; goals and cases name existing ones', () => {
  const names = { case: cases.map(({ name }) => name), contender: contenders.map(({ name }) => name) };
  for (const list of Object.values(names)) assert.equal(new Set(list).size, list.length);
  for (const goal of goals) {
    assert.ok(names.case.includes(goal.case), goal.case);
    for (const who of [goal.contender, goal.against ?? 'ours']) assert.ok(names.contender.includes(who), who);
  }
  for (const who of cases.flatMap(({ only = [] }) => only)) assert.ok(names.contender.includes(who), who);
});

test('the Dockerfile of each contender says what it is', () => {
  for (const { folder } of contenders) assert.match(aboutOf(folder), /\w+ \w+/, folder);
});

test('raw results are found again by name or path; other files are rejected', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  try {
    const results = {
      ...resultsWith([sample('hello', 'ours', { requestsPerSecond: 1 })]),
      date: '2026-01-31T23:59:59',
    };
    writeRawResults(results, folder);
    const name = 'bench-2026-01-31T235959';
    for (const run of [name, `${name}.json`, join(folder, `${name}.json`)]) {
      assert.deepEqual(readRawResults(run, folder), results);
    }
    assert.throws(() => readRawResults('bench-2025', folder), { message: new RegExp(`^bench-2025 is .*: ${name}$`) });
    writeFileSync(join(folder, 'other.json'), '{}');
    assert.throws(() => readRawResults('other', folder), /other\.json cannot be read: these are not results/);
    writeFileSync(join(folder, 'cut.json'), '{"samples": [');
    assert.throws(() => readRawResults('cut', folder), /cut\.json cannot be read: /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('two raw results are compared: 0 if they agree, 1 and the ratios that differ if not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  const fileOf = (name: string, cpuUsPerRequest: number) => {
    const samples = [sample('hello', 'ours', { cpuUsPerRequest: 10 }), sample('hello', 'uwsgi', { cpuUsPerRequest })];
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(resultsWith(samples)));
    return file;
  };
  try {
    const [a, b, c] = [fileOf('a', 50), fileOf('b', 50), fileOf('c', 90)];
    const same = await runBench('--compare', a, b);
    assert.deepEqual([same.code, same.output], [0, '1 of 1 ratios of CPU time agree within their spread']);
    const different = await runBench('--compare', a, c);
    assert.equal(different.code, 1);
    assert.match(different.output, /^hello JSON, ours \/ uwsgi: 5\.00 .*, then 9\.00 .*\n0 of 1 ratios /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the usage names every option', () => {
  for (const option of ['--seconds', '--quick', '--case', '--peer', '--guard', '--compare']) {
    assert.ok(usage.includes(option), option);
  }
  assert.deepEqual(readCommand(['--help']), { kind: 'help' });
});

test('only a run of everything is complete; --guard has what its ratios need', () => {
  const planOf = (...args: string[]) => {
    const command = readCommand(args);
    assert.ok(command.kind === 'run');
    return command.plan;
  };
  assert.equal(planOf().isComplete, true);
  assert.equal(planOf('--seconds', '3').isComplete, true);
  for (const args of [['--quick'], ['--case', 'hello'], ['--peer', 'pm2'], ['--guard']]) {
    assert.equal(planOf(...args).isComplete, false, args.join(' '));
  }
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  assert.deepEqual(names(planOf('--guard').contenders), ['ours', 'tuned', 'featured']);
  assert.deepEqual(names(planOf('--case', 'cached', '--peer', 'uwsgi').contenders), ['ours', 'uwsgi', 'ours-cached']);
});

test('unknown cases, peers and options are rejected with the valid names', () => {
  const mistakes: [args: string[], message: RegExp][] = [
    [['--case', 'helo'], /^no case is called helo\. Names: hello, /],
    [['--peer', 'gunicorn'], /^no peer is called gunicorn\. Names: ours, /],
    [['--fast'], /--fast.* Options: --case, /],
    [['--seconds', '0'], /^--seconds 0 is not a whole number /],
    [['hello'], /^hello: write --case NAME or --peer NAME\.$/],
    [['--compare', 'a.json'], /^--compare takes two runs: /],
  ];
  for (const [args, message] of mistakes) {
    assert.throws(() => readCommand(args), { constructor: Problem, message }, args.join(' '));
  }
});

test('--compare without the files: one line that says where they belong', async () => {
  const { code, output } = await runBench('--compare', 'a.json', 'b.json');
  assert.equal(code, 1);
  assert.match(output, /^error: a\.json is neither a file nor a run in bench\/raw\. Runs there: .+$/);
});

function runBench(...args: string[]) {
  return run('node', [join(import.meta.dirname, '../../bench/bench.ts'), ...args]);
}

function sample(name: string, contender: string, values: Record<string, number>): Sample {
  return { case: name, contender, round: 1, values };
}

function resultsWith(samples: Sample[]): Results {
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
