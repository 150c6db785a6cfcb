// What nginx asks the primary: is the container ready, and in dev mode, why does the app not start?
import type { NginxContext } from './context.ts';
import { block, lines, paragraphs } from './layout.ts';
import type { Topic } from './topic.ts';

export function healthPath({ settings }: NginxContext): Topic {
  return {
    locations: () =>
      paragraphs(
        lines(
          '# The primary knows whether a worker is ready; no worker is asked, so a busy one does not fail the probe.',
          block(
            `location = ${settings.healthPath}`,
            lines(
              'access_log off;',
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
