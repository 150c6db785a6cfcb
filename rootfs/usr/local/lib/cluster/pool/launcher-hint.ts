// Why a worker that runs is not ready: its app may have started the server in another process, or in a thread.
import { relative, resolve } from 'node:path';
import { findListeningProcesses, scriptOf, shownCommand } from '../machine/listening-processes.ts';

/**
 * @param pid of the worker's process
 * @param folder of the app, to which APP_MODULE is relative
 * @returns the rest of a sentence that begins with the app's entry; undefined where nothing of the worker listens
 */
export function describeListeners(pid: number, folder: string): string | undefined {
  const [found] = findListeningProcesses(pid);
  if (found === undefined) return undefined;
  const where = `port ${found.ports.join(', ')}`;
  if (found.pid === pid) {
    return `it listens on ${where}, but not with an HTTP server of its main thread, the only one that nginx reaches. Listen with http.createServer() there, not in a worker thread.`;
  }
  const command = shownCommand(found.command);
  return `it is a launcher: \`${command}\` (pid ${found.pid}), which it has started, listens on ${where}, where nginx does not reach it. ${remedyFor(found.command, folder)}`;
}

function remedyFor(command: readonly string[], folder: string): string {
  const found = scriptOf(command);
  if (found === undefined) return 'Listen in the file that the image runs, or set APP_MODULE to the one that listens.';
  const module = relative(folder, resolve(folder, found.script));
  return `Set APP_MODULE=${module}${found.args.length > 0 ? ` and APP_ARGS="${found.args.join(' ')}"` : ''}.`;
}
