// Dev mode: a change is compiled, a new worker starts, takes over the slot, and the old one is drained. Until then, and
// where the new version does not start, the old one answers.
import { log } from '../../log.ts';
import { appFolder } from '../../paths.ts';
import { watch } from './file-watcher.ts';

/** Said where no version of the app runs. */
export const nothingAnswers = 'nothing answers until a file is saved that starts';

export interface DevOptions {
  /** Folders that nginx answers: a change there needs no new worker. */
  readonly ignored: readonly string[];
  /** Runs the new version. @returns why it does not start; undefined where it does */
  readonly update: () => Promise<string | undefined>;
  /** Some version of the app answers. */
  readonly isAnswering: () => boolean;
}

/** Goes on until the process ends. */
export async function developInto({ ignored, update, isAnswering }: DevOptions): Promise<never> {
  log(`dev mode: looks for changes in ${appFolder}`);
  return watch(appFolder, ignored, async (paths) => {
    log(`${describe(paths)}: starting the new version`);
    const problem = await update();
    if (problem === undefined) return;
    log(problem);
    log(isAnswering() ? 'the old version goes on answering' : nothingAnswers);
  });
}

function describe(paths: readonly string[]): string {
  const [first = ''] = paths;
  return `${first.replace(`${appFolder}/`, '')}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''} changed`;
}
