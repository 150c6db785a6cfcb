import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcfile } from '../../rootfs/usr/local/lib/cluster/app/procfile.ts';
import { ClusterError } from '../../rootfs/usr/local/lib/cluster/errors.ts';
import { instancesOf } from '../../rootfs/usr/local/lib/cluster/processes/check-processes.ts';
import { processEnvironment } from '../../rootfs/usr/local/lib/cluster/processes/process-environment.ts';
import { describeFailing, describeProcess } from '../../rootfs/usr/local/lib/cluster/processes/process-state.ts';
import { processCounts } from '../../rootfs/usr/local/lib/cluster/settings/types/process-counts.ts';

test('a Procfile has a line for each process type; comments, empty lines, tabs and a last line without an end are fine', () => {
  const procfile = parseProcfile(
    '# roles\n\nweb: node server.js\nworker:\tnode worker.js --queue=a:b  \n  # more\nclock: npm run clock',
  );
  assert.deepEqual(
    [...procfile],
    [
      ['web', 'node server.js'],
      ['worker', 'node worker.js --queue=a:b'],
      ['clock', 'npm run clock'],
    ],
  );
});

const badProcfiles: Record<string, [text: string, problem: RegExp]> = {
  'Windows line ends': ['web: node a.js\r\n', /line 1: Windows line ends \(CRLF\)\. Save the file with LF/],
  'a name twice': ['worker: a\n\nworker: b\n', /line 3: `worker` is already defined on line 1/],
  'no command': ['web: node a.js\nworker:  \n', /line 2: `worker` has no command\. Write `worker: node worker\.js`/],
  'no colon': ['node server.js\n', /line 1: "node server\.js" has no process type\. Write `NAME: COMMAND`/],
  'white space before the name': ['\tworker: a\n', /line 1: "\\tworker: a" begins with white space/],
  'a name like an option': ['-rf: a\n', /line 1: "-rf" is not a process type/],
  'a name like a path': ['../worker: a\n', /line 1: "\.\.\/worker" is not a process type/],
  'a name with a variable': ['$HOME: a\n', /line 1: "\$HOME" is not a process type/],
  'a hidden name': ['.s6-svscan: a\n', /line 1: "\.s6-svscan" is not a process type/],
  'a name that is too long': [`${'a'.repeat(33)}: b\n`, /is not a process type/],
  'a control character': ['worker: a\u0000b\n', /line 1: .* has a control character/],
};
for (const [name, [text, problem]] of Object.entries(badProcfiles)) {
  test(`a Procfile with ${name} is refused with its line and the remedy`, () => {
    assert.throws(
      () => parseProcfile(text),
      (error) => error instanceof ClusterError && error.exitCode === 78 && problem.test(error.message),
    );
  });
}

test('a Procfile’s problems are all named', () => {
  assert.throws(() => parseProcfile('a b\nworker:\n'), /line 1: [^\n]+\napp\/Procfile, line 2: /);
});

test('PROCESSES is a list of types with numbers', () => {
  const counts = [
    { type: 'worker', count: 2 },
    { type: 'clock', count: 1 },
  ];
  for (const text of ['worker=2,clock=1', 'worker=2 clock=1', ' worker=2, clock=1 ']) {
    assert.deepEqual(processCounts.parse(text), counts);
  }
  assert.deepEqual(processCounts.parse(processCounts.format(counts)), counts);
});

const badCounts: Record<string, RegExp> = {
  'worker=0': /leave out a type that is not to run/,
  'worker=-1': /"worker=-1" is not a number from 1 to 64/,
  'worker=1000': /"worker=1000" is not a number from 1 to 64/,
  'worker=2x': /"worker=2x" is not a number/,
  'worker=1.5': /"worker=1\.5" is not a number/,
  'worker=': /"worker=" is not a number/,
  worker: /"worker" has no number: write worker=1/,
  'web=2': /the web server always runs: leave out `web`, and set WORKERS/,
  'release=1': /`release` runs once and ends/,
  'worker=1,worker=2': /`worker` is in it twice/,
  '../x=1': /"\.\.\/x=1" is not a process type/,
  '=2': /"=2" is not a process type/,
  ',': /there is no process type in it/,
};
for (const [text, problem] of Object.entries(badCounts)) {
  test(`PROCESSES=${text} is refused, and it is said what to write`, () => {
    assert.equal(processCounts.parse(text), undefined);
    assert.match(processCounts.explain?.(text) ?? '', problem);
  });
}

test('each process of PROCESSES has its command; without a Procfile or its line there is none', () => {
  const counts = [{ type: 'worker', count: 2 }];
  assert.deepEqual(instancesOf(counts, parseProcfile('worker: node w.js\n')), [
    { type: 'worker', index: 0, command: 'node w.js' },
    { type: 'worker', index: 1, command: 'node w.js' },
  ]);
  assert.throws(() => instancesOf(counts, undefined), /PROCESSES needs a Procfile/);
  assert.throws(
    () => instancesOf(counts, parseProcfile('web: a\nqueue: b\n')),
    /no line `worker: COMMAND`; it has web, queue/,
  );
  assert.deepEqual(instancesOf([], undefined), []);
});

test('a process has the heap of the plan, but what NODE_OPTIONS says of it counts', () => {
  const instance = { type: 'worker', index: 1 };
  const flags = ['--max-old-space-size=100', '--max-semi-space-size=8'];
  assert.deepEqual(processEnvironment({ A: 'b' }, instance, flags), {
    A: 'b',
    PROCESS_TYPE: 'worker',
    PROCESS_INDEX: '1',
    NODE_OPTIONS: '--max-old-space-size=100 --max-semi-space-size=8',
  });
  const own = processEnvironment({ NODE_OPTIONS: '--max-old-space-size=50' }, instance, flags);
  assert.equal(own.NODE_OPTIONS, '--max-semi-space-size=8 --max-old-space-size=50');
});

test('a process that fails three times in a row is failing, until it has run for a minute', () => {
  const files = { pid: '7', startedAt: '100', restarts: '3', failures: '3', lastExit: 'exited with code 1' };
  const failing = describeProcess('worker-0', files, 110);
  assert.equal(failing.state, 'failing');
  assert.deepEqual(describeFailing([failing]), [
    'process worker-0: 3 failures in a row, the last one: exited with code 1',
  ]);
  const recovered = describeProcess('worker-0', files, 160);
  assert.equal(recovered.state, 'running');
  assert.equal(recovered.restarts, 3);
  assert.deepEqual(describeFailing([recovered]), []);
  const none = { pid: undefined, startedAt: undefined, restarts: undefined, failures: undefined, lastExit: undefined };
  assert.equal(describeProcess('worker-0', none, 110).state, 'waiting');
});
