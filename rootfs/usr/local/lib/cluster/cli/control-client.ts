// Sends a command to the primary and prints each step as it is done. Ctrl-C ends this client; the primary carries on.
import { createInterface } from 'node:readline';
import http from '../lean-http.ts';
import { run } from '../paths.ts';
import type { Line } from '../primary/admin/control.ts';
import { describeRequestError } from './http-get.ts';

/**
 * @param path the command with its parameters, such as /scale?workers=3
 * @returns the exit code
 * @throws ClusterError NO_ANSWER, NOT_ALLOWED
 */
export function sendToPrimary(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(describeRequestError(run.controlSocket, error));
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
