// `cluster health`: sends the request of a load balancer's health check, through nginx. (The image's HEALTHCHECK is
// /usr/local/bin/health.)
import { loadConfiguration } from '../configuration/store.ts';
import { run } from '../paths.ts';
import type { Command } from './command.ts';
import { httpGet } from './http-get.ts';

export const healthCommand: Command = {
  help: 'ends with 0 if the container is ready for requests, else with 1',
  run: checkHealth,
};

async function checkHealth(): Promise<number> {
  const { nginx, port, healthPath, proxyProtocol } = loadConfiguration().settings;
  const preface = proxyProtocol ? 'PROXY UNKNOWN\r\n' : '';
  const target = nginx
    ? { host: '127.0.0.1', port, path: healthPath }
    : { socketPath: run.adminSocket, path: '/readyz' };
  const { statusCode, body } = await httpGet(target, preface);
  process.stdout.write(`${statusCode} ${body.trim()}\n`);
  return statusCode === 200 ? 0 : 1;
}
