// A reload from its beginning: the newest version of the app is found, prepared, and then run slot by slot.
import { explainUnreadable, findApp } from '../app/find.ts';
import { ClusterError, errors } from '../errors.ts';
import { counted } from '../log.ts';
import { planProcessStop } from '../machine/plan.ts';
import type { Pool, Progress } from '../pool/pool.ts';
import { prepareRelease } from '../pool/release.ts';
import { restartProcesses } from '../processes/process-orders.ts';
import type { Settings } from '../settings/read.ts';

/**
 * @returns a function that reloads, tells each step, and resolves with the last word about it
 * @throws (the function) ClusterError why the newest version does not run, or RELOAD_UNDERWAY
 */
export function reloader(pool: Pool, settings: Settings): (tell: (text: string) => void) => Promise<string> {
  let isUnderway = false;
  return async (tell) => {
    if (isUnderway) throw errors.reloadUnderway();
    isUnderway = true;
    let replaced = 0;
    try {
      const release = await prepareRelease(findApp(settings));
      tell(`reload: ${release.name} from ${release.folder}`);
      const failed = await pool.reload(release, (progress) => {
        replaced = progress.done;
        tell(describe(progress));
      });
      if (failed !== undefined) throw failed;
      const restarted = await restartProcesses(undefined, planProcessStop(settings), (text) => tell(`reload: ${text}`));
      const processes = restarted === 0 ? '' : `, ${counted(restarted, 'process', 'processes')} restarted`;
      return `reload: done, ${counted(replaced, 'worker')} replaced${processes}`;
    } catch (error) {
      throw unfinished(explainUnreadable(error), replaced);
    } finally {
      isUnderway = false;
    }
  };
}

function describe({ slot, pid, step, done, of }: Progress): string {
  return step === 'starting'
    ? `reload: slot ${slot}, worker ${pid} is starting`
    : `reload: slot ${slot}, worker ${pid} has taken over (${done} of ${of})`;
}

function unfinished(error: unknown, replaced: number): unknown {
  if (!(error instanceof ClusterError)) return error;
  const rest = replaced === 0 ? 'no worker was replaced' : `${replaced} were replaced before, the others go on`;
  return new ClusterError(error.code, error.exitCode || 1, `reload stopped, ${rest}: ${error.message}`);
}
