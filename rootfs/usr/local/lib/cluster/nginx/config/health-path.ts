// What nginx asks the primary: is the container ready, and in dev mode, why does the app not start?
import type { NginxContext } from './context.ts';
import { block, lines, paragraphs } from './layout.ts';
import { openToEveryone } from './open-to-everyone.ts';
import type { Topic } from './topic.ts';

export function healthPath(context: NginxContext): Topic {
  const { settings } = context;
  return {
    server: lines(
      '# A health check skips every `if`, `return` and `rewrite` of the server from here on, those of snippets included.',
      block(`if ($uri = ${settings.healthPath})`, 'break;'),
    ),
    locations: () =>
      paragraphs(
        lines(
          '# The primary knows whether a worker is ready; no worker is asked, so a busy one does not fail the probe.',
          block(
            `location = ${settings.healthPath}`,
            lines(
              'access_log off;',
              openToEveryone(context),
              'proxy_pass http://primary/healthz;',
              'proxy_connect_timeout 1s;',
              'proxy_read_timeout 1s;',
              'error_page 502 504 =503 @not_ready;',
            ),
          ),
          block(
            'location @not_ready',
            lines(
              'internal;',
              'access_log off;',
              'default_type application/json;',
              `return 503 '{"status":"not ready"}\\n';`,
            ),
          ),
        ),
        settings.mode === 'development' && devPage,
      ),
  };
}

const devPage = lines(
  '# Dev mode: while no version of the app answers, the browser shows why.',
  block(
    'location @dev',
    lines(
      'internal;',
      'proxy_method GET;',
      'proxy_pass_request_body off;',
      'proxy_set_header Content-Length "";',
      'rewrite ^ /dev break;',
      'proxy_pass http://primary;',
    ),
  ),
);
