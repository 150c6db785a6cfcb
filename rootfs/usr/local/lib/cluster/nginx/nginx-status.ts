// What nginx says of itself, over a socket of its own (stub_status): that it lives, and how many connections it has.
// https://nginx.org/en/docs/http/ngx_http_stub_status_module.html
import { on } from '../guarded.ts';
import http from '../lean-http.ts';

export interface NginxStatus {
  /** Client connections, our own question not counted. */
  readonly connections: number;
  /** Those of them that are kept, and at no request. */
  readonly idle: number;
}

const timeoutMs = 1000;

/** @returns undefined where nginx does not answer within a second */
export function askNginx(socketPath: string): Promise<NginxStatus | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = http.get({ socketPath, path: '/', signal, agent: false }, async (response) => {
      try {
        resolve(parseNginxStatus(Buffer.concat(await response.toArray()).toString()));
      } catch {
        resolve(undefined);
      }
    });
    on(request, 'error', 'asking nginx', () => resolve(undefined));
  });
}

/** `Active connections: 3 … Reading: 0 Writing: 1 Waiting: 2`; the question itself is one that is written. */
export function parseNginxStatus(text: string): NginxStatus | undefined {
  const [, active, waiting] = /^Active connections: (\d+)[\s\S]*Waiting: (\d+)/.exec(text) ?? [];
  return active === undefined ? undefined : { connections: Number(active) - 1, idle: Number(waiting) };
}
