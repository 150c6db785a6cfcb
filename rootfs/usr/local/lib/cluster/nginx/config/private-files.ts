// Files that nginx sends when the app says so (NGINX_PRIVATE_PATH): the app decides who may have them, and is free at once.
import type { NginxContext } from './context.ts';
import { addResponseHeaders } from './headers.ts';
import { block, lines, nginxPath } from './layout.ts';
import type { Topic } from './topic.ts';

export function privateFiles({ settings }: NginxContext): Topic {
  const { privatePath } = settings;
  if (privatePath === undefined) return {};
  return {
    locations: ({ replacedResponseHeaders }) =>
      lines(
        '# Only by an answer of the app with X-Accel-Redirect: /_private/…',
        block(
          'location /_private/',
          lines(
            'internal;',
            `alias ${nginxPath(`${privatePath}/`)};`,
            `disable_symlinks if_not_owner ${nginxPath(`from=${privatePath}`)};`,
            addResponseHeaders(replacedResponseHeaders),
          ),
        ),
      ),
  };
}
