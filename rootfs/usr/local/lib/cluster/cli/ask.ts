// One HTTP request to a part of this container.
import { errors } from '../errors.ts';
import http from '../node-http.ts';

const timeoutMs = 3000;

export interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

/** @throws ClusterError NO_ANSWER where nobody answers within 3 s */
export function ask(
  target: { path: string } & ({ socketPath: string } | { host: string; port: number }),
): Promise<Answer> {
  const where = 'socketPath' in target ? target.socketPath : `${target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    const request = http.get({ ...target, timeout: timeoutMs }, async (response) => {
      const chunks = await response.toArray();
      resolve({ statusCode: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    request.on('timeout', () =>
      request.destroy(Object.assign(new Error('no answer'), { code: `no answer in ${timeoutMs / 1000} s` })),
    );
    request.on('error', (error: NodeJS.ErrnoException) => reject(errors.noAnswer(where, error.code ?? error.message)));
  });
}
