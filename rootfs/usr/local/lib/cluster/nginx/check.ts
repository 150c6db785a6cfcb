// Asks nginx itself whether it would start with a configuration.
import { spawnSync } from 'node:child_process';
import { errors } from '../errors.ts';

/** @throws ClusterError NGINX_CONFIGURATION_REFUSED with nginx's own words, which name file and line */
export function checkNginxConfiguration(file: string): void {
  const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', file], {
    encoding: 'utf8',
    // nginx opens /dev/stdout as its access log, which it could not do on the socket pair that Node would make.
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  if (status !== 0) throw errors.nginxConfigurationRefused(stderr.trim());
}
