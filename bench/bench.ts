// npm run bench: this image against what else one would use, in one run on one machine (docs/performance.md).
//   npm run bench                                    everything, to bench/results/; an hour and a quarter
//   npm run bench -- --seconds 3                     the same, with three seconds for each load in place of one
//   npm run bench -- --quick                         everything, short; printed
//   npm run bench -- --case hello --peer pm2         a part; printed
//   npm run bench -- --guard                         fails where we have become slower than the hand-made pair
//   npm run bench -- --compare A.json B.json         do two runs agree within their spread?
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { mustRun, Problem, run, runTool, say } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { projectRoot } from '../tools/paths.ts';
import { cases, stages } from './cases.ts';
import { compareRuns } from './compare.ts';
import { contenders } from './contenders.ts';
import { guard } from './guard.ts';
import { buildImages, image } from './images.ts';
import { page, plot, summary } from './report.ts';
import type { Results } from './results.ts';
import { type Plan, Run } from './run.ts';
import { loadCores, Theatre } from './stage.ts';

await runTool(async () => {
  const options = readOptions();
  if (options.compare !== undefined) return compareRuns(...options.compare);
  await ensureEngine();
  await mustRun('docker', ['image', 'inspect', image], `There is no image ${image}. Build it: npm run build`);
  // This process shares the load's core: it must not take part in what the contenders do on theirs.
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', loadCores, String(process.pid)]);
  const results = await perform(options.plan);
  if (options.plan.isComplete) await publish(results);
  else process.stdout.write(`\n${summary(results)}`);
  return options.isGuard ? guard(results) : 0;
});

/** @throws Problem that names what there is */
function readOptions(): { plan: Plan; isGuard: boolean; compare: [string, string] | undefined } {
  const { values, positionals } = parseArguments();
  if (values.compare) {
    const [a, b] = positionals;
    if (a === undefined || b === undefined || positionals.length > 2) {
      throw new Problem('two files are compared: npm run bench -- --compare bench/results/A.json bench/results/B.json');
    }
    return { plan: planOf([], [], true), isGuard: false, compare: [a, b] };
  }
  if (positionals.length > 0) throw new Problem(`${positionals.join(' ')}: say --case NAME or --peer NAME.`);
  const caseNames = values.guard ? ['hello', 'fortunes', 'file-10k'] : values.case;
  // A ratio needs both.
  const peers = values.guard ? ['tuned', 'featured'] : values.peer;
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60)) {
    throw new Problem(`--seconds ${values.seconds} is not a whole number of seconds between 1 and 60.`);
  }
  return { plan: planOf(caseNames, peers, values.quick, seconds), isGuard: values.guard, compare: undefined };
}

function parseArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        case: { type: 'string', multiple: true, default: [] },
        peer: { type: 'string', multiple: true, default: [] },
        seconds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        guard: { type: 'boolean', default: false },
        compare: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Problem(
      `${(error as Error).message} There are --case, --peer, --seconds, --quick, --guard and --compare.`,
    );
  }
}

function planOf(caseNames: readonly string[], peers: readonly string[], isQuick: boolean, seconds = 1): Plan {
  const known = { case: cases.map(({ name }) => name), peer: contenders.map(({ name }) => name) };
  for (const [what, names] of [
    ['case', caseNames],
    ['peer', peers],
  ] as const) {
    const wrong = names.find((name) => !known[what].includes(name));
    if (wrong !== undefined) throw new Problem(`there is no ${what} ${wrong}. There are: ${known[what].join(', ')}`);
  }
  const isPart = caseNames.length + peers.length > 0;
  const chosen = cases.filter(({ name }) => caseNames.length === 0 || caseNames.includes(name));
  const asked = new Set(chosen.flatMap(({ only = [] }) => only));
  return {
    contenders: contenders.filter(({ name, onAskingOnly = false }) => {
      if (onAskingOnly && !asked.has(name)) return false;
      return (
        peers.length === 0 || peers.includes(name) || name === 'ours' || (name === 'ours-cached' && asked.has(name))
      );
    }),
    cases: chosen,
    // Of the same thing, the lowest and the highest of three do not overlap with those of three others one time in ten; of
    // five, one in 126.
    rounds: isQuick ? 2 : 5,
    seconds,
    isComplete: !isPart && !isQuick,
  };
}

async function perform(plan: Plan): Promise<Results> {
  await buildImages(new Set(plan.contenders.map(({ folder }) => folder)));
  const theatre = await Theatre.open();
  const interrupted = () => theatre.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  try {
    const run = new Run(plan, theatre);
    for (const stage of stages) await run.perform(stage);
    return await run.results();
  } finally {
    process.off('SIGINT', interrupted);
    await theatre.close();
  }
}

async function publish(results: Results): Promise<void> {
  const folder = join(projectRoot, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const name = `bench-${results.date.replace(':', '')}`;
  const view = new View(parse(compile(plot(results)).spec), { renderer: 'none' });
  writeFileSync(join(folder, `${name}.svg`), await view.toSVG());
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(folder, `${name}.md`), page(results, `${name}.svg`));
  say('bench', `written to bench/results/${name}.md, .json and .svg`);
}
