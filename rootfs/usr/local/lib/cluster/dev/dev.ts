// Dev mode: a change is compiled, a new worker starts, takes over the slot, and the old one is drained. Until then, and
// where the new version does not start, the old one answers.
import { log } from '../log.ts';
import { appFolder } from '../paths.ts';
import type { Pool } from '../pool/pool.ts';
import { watch } from './watch.ts';

/** Said where no version of the app runs. */
export const nothingAnswers = 'nothing answers until a file is saved that starts';

export interface DevOptions {
  readonly pool: Pool;
  /** Folders that nginx answers: a change there needs no new worker. */
  readonly ignored: readonly string[];
  readonly compile: () => Promise<void>;
  /** Why no version runs, or the newest does not; undefined when all is well. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** Goes on until the process ends. */
export async function developInto({ pool, ignored, compile, onProblem }: DevOptions): Promise<never> {
  log(`dev mode: looks for changes in ${appFolder}`);
  return watch(appFolder, ignored, async (paths) => {
    log(`${describe(paths)}: starting the new version`);
    await compile();
    const problem = await pool.replace(0);
    onProblem(problem?.message);
    if (problem === undefined) return;
    log(problem.message);
    log(pool.status()[0]?.state === 'ready' ? 'the old version goes on answering' : nothingAnswers);
  });
}

function describe(paths: readonly string[]): string {
  const [first = ''] = paths;
  return `${first.replace(`${appFolder}/`, '')}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''} changed`;
}
