// A password for everything (BASIC_AUTH_FILE), except health checks. nginx reads the file at each request.
import type { NginxContext } from './context.ts';
import { lines, nginxPath } from './layout.ts';
import type { Topic } from './topic.ts';

export function basicAuth({ settings }: NginxContext): Topic {
  const { basicAuthFile } = settings;
  if (basicAuthFile === undefined) return {};
  return { server: lines('auth_basic "Restricted";', `auth_basic_user_file ${nginxPath(basicAuthFile)};`) };
}
