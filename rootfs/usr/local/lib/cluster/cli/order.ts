// Gives the primary an order and shows what it says, as it is done. Ctrl-C ends this command, not what was ordered.
import { createInterface } from 'node:readline';
import http from '../lean-http.ts';
import { run } from '../paths.ts';
import type { Line } from '../primary/admin/control.ts';
import { unanswered } from './ask.ts';

/**
 * @param path the order with its parameters, such as /scale?workers=3
 * @returns the exit code
 * @throws ClusterError NO_ANSWER, NOT_ALLOWED
 */
export function order(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(unanswered(run.controlSocket, error));
    const request = http.request({ socketPath: run.controlSocket, path, method: 'POST' }, (response) => {
      let exitCode: number | undefined;
      const lines = createInterface({ input: response });
      response.on('error', fail);
      lines.on('line', (text) => {
        const line = JSON.parse(text) as Line;
        (line.type === 'failed' ? process.stderr : process.stdout).write(`${line.text}\n`);
        if (line.type !== 'progress') exitCode = line.type === 'failed' ? line.exitCode : 0;
      });
      lines.on('close', () =>
        exitCode === undefined ? fail(new Error('it ended before it was done')) : resolve(exitCode),
      );
    });
    request.on('error', fail);
    request.end();
  });
}
