// Files that nginx sends when the app says so (NGINX_PRIVATE_PATH): the app decides who may have them, and is free at once.
import type { NginxContext } from './context.ts';
import { block, lines, quotedPath, type Topic } from './layout.ts';

export function privateFiles({ settings }: NginxContext): Topic {
  const { privatePath } = settings;
  if (privatePath === undefined) return {};
  return {
    locations: ({ headersOfReplacedAnswer }) =>
      lines(
        '# Only by an answer of the app with X-Accel-Redirect: /_private/…',
        block(
          'location /_private/',
          lines(
            'internal;',
            `alias ${quotedPath(`${privatePath}/`)};`,
            `disable_symlinks if_not_owner ${quotedPath(`from=${privatePath}`)};`,
            headersOfReplacedAnswer,
          ),
        ),
      ),
  };
}
