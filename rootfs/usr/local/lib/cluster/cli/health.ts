// `cluster health`: asks what a load balancer asks, through nginx. (The image's HEALTHCHECK is /usr/local/bin/health.)
import { loadConfiguration } from '../configuration/store.ts';
import { run } from '../paths.ts';
import { ask } from './ask.ts';

export async function health(): Promise<number> {
  const { nginx, port, healthPath, proxyProtocol } = loadConfiguration().settings;
  const preface = proxyProtocol ? 'PROXY UNKNOWN\r\n' : '';
  const target = nginx
    ? { host: '127.0.0.1', port, path: healthPath }
    : { socketPath: run.adminSocket, path: '/readyz' };
  const { statusCode, body } = await ask(target, preface);
  process.stdout.write(`${statusCode} ${body.trim()}\n`);
  return statusCode === 200 ? 0 : 1;
}
