// A stand-in for AWS on this machine: moto, which keeps what it is told, and runs nothing. https://docs.getmoto.org
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installPythonTools } from '../../../tools/python.ts';
import { defaultDeadlineMs, onceInTime, within } from '../../support/deadline.ts';

export interface Moto {
  /** For the clients of AWS's SDK. The credentials are no one's. */
  readonly configuration: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** What it has printed so far. */
  readonly output: string;
  stop(): Promise<void>;
}

/** @returns when it listens, on a free port of 127.0.0.1 @throws where it ends instead, with what it has printed */
export async function startMoto(): Promise<Moto> {
  const program = join(await installPythonTools('deploy'), 'moto_server');
  const moto = spawn(program, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Also where this process ends before its tests do.
  process.once('exit', () => moto.kill());
  let output = '';
  const listening = new Promise<string>((resolve, reject) => {
    for (const stream of [moto.stdout, moto.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        const [, url] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
    }
    moto.once('error', reject);
    moto.once('exit', () => reject(new Error(`moto_server ended:\n${output}`)));
  });
  const endpoint = await within(defaultDeadlineMs, 'moto_server to listen', listening, () => output);
  return {
    configuration: { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } },
    get output() {
      return output;
    },
    stop: async () => {
      if (moto.exitCode === null && moto.kill()) await onceInTime(moto, 'exit');
    },
  };
}
