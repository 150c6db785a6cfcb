// One HTTP request to a part of this container.
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { type ClusterError, errors } from '../errors.ts';
import http from '../lean-http.ts';
import { runFolder } from '../paths.ts';
import { describeServerState, readServerState } from './server-state.ts';

const timeoutMs = 3000;

export interface HttpResponse {
  readonly statusCode: number;
  readonly body: string;
}

/**
 * @param preface is sent on the connection before the request
 * @throws ClusterError NO_ANSWER without a response within 3 s; NOT_ALLOWED
 */
export function httpGet(
  target: { path: string } & ({ socketPath: string } | { host: string; port: number }),
  preface = '',
): Promise<HttpResponse> {
  const where = 'socketPath' in target ? target.socketPath : `${target.host}:${target.port}`;
  const createConnection = () => {
    const socket = 'socketPath' in target ? connect(target.socketPath) : connect(target.port, target.host);
    socket.write(preface);
    return socket;
  };
  return new Promise((resolve, reject) => {
    const request = http.get({ ...target, timeout: timeoutMs, createConnection }, async (response) => {
      const chunks = await response.toArray();
      resolve({ statusCode: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    request.on('timeout', () =>
      request.destroy(Object.assign(new Error('no answer'), { code: `no answer in ${timeoutMs / 1000} s` })),
    );
    request.on('error', (error: NodeJS.ErrnoException) => reject(describeRequestError(where, error)));
  });
}

/** @param where a socket's path, or an address @param error of a request to it */
export function describeRequestError(where: string, error: NodeJS.ErrnoException): ClusterError {
  const uid = process.getuid?.() ?? 0;
  if (error.code === 'EACCES') return errors.notAllowed(where, uid, statSync(runFolder).uid);
  return errors.noAnswer(where, error.code ?? error.message, describeServerState(readServerState()));
}
