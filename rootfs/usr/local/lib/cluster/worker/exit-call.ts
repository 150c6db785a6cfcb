// Where an app has called process.exit(): often the only reason that there is.

/**
 * @param stack of an error that was made in a handler of the process's event `exit`
 * @returns file, line and column of the call; undefined where the process ends by itself
 */
export function findExitCall(stack: string): string | undefined {
  const frames = stack.split('\n').map((line) => line.trim());
  const exit = frames.findIndex((frame) => /^at (process\.|Process\.)?(exit|reallyExit)\b.*\(node:/.test(frame));
  const caller = exit === -1 ? undefined : frames.slice(exit + 1).find((frame) => !/\(?node:/.test(frame));
  return /([^\s(]+:\d+:\d+)\)?$/.exec(caller ?? '')?.[1]?.replace(/^file:\/\//, '');
}
