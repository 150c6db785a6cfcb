// npm run bench: this image against its alternatives, in one run on one machine (docs/performance.md). --help lists the options.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run, runTool, say } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { projectRoot } from '../tools/paths.ts';
import { setups } from './cases.ts';
import { readCommand, usage } from './command-line.ts';
import { compareRuns } from './compare.ts';
import { guard } from './guard.ts';
import { buildImages, image } from './images.ts';
import { writeRawResults } from './raw-results.ts';
import { page, plot, summary } from './report.ts';
import type { Results } from './results.ts';
import { type Plan, Run } from './run.ts';
import { loadCores, Testbed } from './testbed.ts';

await runTool(async () => {
  const command = readCommand(process.argv.slice(2));
  if (command.kind === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (command.kind === 'compare') return compareRuns(...command.runs);
  await ensureEngine();
  await mustRun('docker', ['image', 'inspect', image], `There is no image ${image}. Build it: npm run build`);
  // This process shares the core of the load generator, to keep off the contenders' core.
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', loadCores, String(process.pid)]);
  const results = await measure(command.plan);
  say('bench', `raw results: ${writeRawResults(results)}`);
  if (command.plan.isComplete) await publish(results);
  else process.stdout.write(`\n${summary(results)}`);
  return command.isGuard ? guard(results) : 0;
});

async function measure(plan: Plan): Promise<Results> {
  await buildImages(new Set(plan.contenders.map(({ folder }) => folder)));
  const testbed = await Testbed.open();
  const interrupted = () => testbed.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  try {
    const run = new Run(plan, testbed);
    for (const setup of setups) await run.measureAll(setup);
    return await run.results();
  } finally {
    process.off('SIGINT', interrupted);
    await testbed.close();
  }
}

/** The table and the picture of the newest complete run replace those of the last one. */
async function publish(results: Results): Promise<void> {
  // Loading these takes a second, and most runs do not need them.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const folder = join(projectRoot, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const view = new View(parse(compile(plot(results)).spec), { renderer: 'none' });
  writeFileSync(join(folder, 'bench.svg'), await view.toSVG());
  writeFileSync(join(folder, 'bench.md'), page(results, 'bench.svg'));
  say('bench', 'results: bench/results/bench.md, bench.svg');
}
