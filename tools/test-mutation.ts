// npm run test:mutation, or `-- ROOM …` for some: Stryker changes one operator, literal or statement at a time in the
// rooms that decide without effects, and runs that room's unit tests. What no test notices is printed as a survivor.
import { join } from 'node:path';
import type { PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { Problem, runTool, say } from './command.ts';
import { cacheFolder, projectRoot } from './paths.ts';

interface Room {
  /** Globs below the cluster's folder. */
  readonly mutate: readonly string[];
  /** Files of tests/unit, without `.test.ts`: quick ones first, since the first failure ends a mutant's run. */
  readonly tests: readonly string[];
  /** Tests whose names match are left out: they take seconds, or are of something else. */
  readonly skippedTests?: string;
  /** In which of Stryker's mutators no one is interested here. */
  readonly excludedMutations?: readonly string[];
  /** By name, from mutation-ignores.ts. */
  readonly ignorers?: readonly string[];
}

/** In percent: fewer mutants found than that fail the run. */
const leastScore = 85;
const cluster = 'rootfs/usr/local/lib/cluster';

/**
 * Known survivors, in every room: defaults that only the compiler asks for (`[name = '']`, `?? ''`, `?.`), `>=` where both
 * sides come to the same, anchors of expressions for files of which /proc has one such line.
 */
const rooms: Record<string, Room> = {
  machine: {
    // Two files have effects only: tests/image/ends-with-the-reason.test.ts, tests/unit/listening-processes.test.ts
    mutate: ['machine/*.ts', '!machine/container.ts', '!machine/listening-processes.ts'],
    tests: ['cgroup', 'plan', 'machine', 'ecs'],
    ignorers: ['sentences'],
  },
  settings: {
    // Known survivors: the `of` of most rules in conflicts.ts, since an invalid setting is undefined, which breaks none of them.
    mutate: ['settings/**/*.ts'],
    // Of the pages, only the one that is made of the schema has to do with it.
    skippedTests: 'README|Dockerfile|docs/nginx.md',
    tests: [
      ...['setting-types', 'setting-paths', 'setting-names', 'documentation', 'settings'],
      ...['setting-conflicts', 'refuses-bad-settings'],
    ],
    ignorers: ['sentences'],
  },
  nginx: {
    // What a directive does is tested with nginx itself (tests/image); here, which of them are written, and when. Known
    // survivors: whether comments are written.
    mutate: ['nginx/config/*.ts'],
    tests: [
      ...['nginx-by-setting', 'nginx-files-by-setting', 'nginx-log-by-setting', 'nginx-security-headers'],
      ...['nginx-topics', 'nginx-template'],
    ],
    ignorers: ['comments'],
    excludedMutations: ['StringLiteral'],
    skippedTests: 'no string in any variable',
  },
  pool: {
    mutate: ['pool/decide/*.ts'],
    tests: [
      ...['pool-deadlines', 'pool-replacement', 'pool-decisions', 'pool-failure', 'pool-status', 'pool-scale-limits'],
      ...['pool-scale', 'pool-properties'],
    ],
    skippedTests: 'square wave of .* min',
    ignorers: ['sentences'],
  },
  recognise: { mutate: ['app/recognise.ts'], tests: ['recognise-shapes', 'recognise'], ignorers: ['sentences'] },
};

await runTool(async () => {
  process.chdir(projectRoot);
  // Each mutant starts Node anew: half of that time is reading TypeScript.
  process.env.NODE_COMPILE_CACHE = join(cacheFolder('mutation'), 'compiled');
  process.env.PROPERTY_RUNS = '30';
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(rooms);
  const failed: string[] = [];
  for (const name of names) {
    const room = rooms[name];
    if (room === undefined) throw new Problem(`There is no room ${name}. Rooms: ${Object.keys(rooms).join(', ')}.`);
    const score = await testRoom(name, room);
    say(name, `${score.toFixed(1)} % of the mutants are found`);
    if (score < leastScore) failed.push(name);
  }
  if (failed.length === 0) return 0;
  throw new Problem(
    `Below ${leastScore} %: ${failed.join(', ')}. Read the survivors above; write the test that is missing.`,
  );
});

/** @returns the score in percent: mutants found, of all that are valid */
async function testRoom(name: string, room: Room): Promise<number> {
  const options: PartialStrykerOptions = {
    mutate: room.mutate.map((glob) => (glob.startsWith('!') ? `!${cluster}/${glob.slice(1)}` : `${cluster}/${glob}`)),
    mutator: { excludedMutations: [...(room.excludedMutations ?? [])], plugins: null },
    ignorers: [...(room.ignorers ?? [])],
    plugins: ['@stryker-mutator/tap-runner', `${projectRoot}/tools/mutation-ignores.ts`],
    testRunner: 'tap',
    tap: {
      testFiles: room.tests.map((test) => `tests/unit/${test}.test.ts`),
      nodeArgs: [
        '--test-reporter=tap',
        ...(room.skippedTests === undefined ? [] : [`--test-skip-pattern=${room.skippedTests}`]),
      ],
    },
    // A mutant's tests take half a second. A busy machine must not turn survivors into time-outs, which count as found.
    timeoutMS: 10_000,
    concurrency: 1,
    // What was found in an earlier run on this machine is not looked for again, unless the file or its tests changed.
    incremental: true,
    incrementalFile: `.cache/mutation/${name}.json`,
    tempDirName: '.cache/mutation/sandbox',
    ignorePatterns: ['/.cache', '/bench', '/app-template', '/tests/apps'],
    reporters: ['progress-append-only', 'clear-text'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    thresholds: { high: leastScore, low: leastScore, break: null },
    // Node runs TypeScript as it is.
    tsconfigFile: 'none',
  };
  const mutants = await new Stryker(options).runMutationTest();
  const count = (...statuses: string[]) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return (100 * count('Killed', 'Timeout')) / count('Killed', 'Timeout', 'Survived', 'NoCoverage');
}
