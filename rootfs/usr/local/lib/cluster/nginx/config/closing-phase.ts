// The end of the server: a stop that cuts no client's connection while it is in use.
import type { NginxContext } from './context.ts';
import { block, lines } from './layout.ts';
import { appLocationOf } from './single-page-app.ts';
import type { Topic } from './topic.ts';

export function closingPhase(context: NginxContext): Topic {
  return {
    locations: ({ passToApp }) =>
      lines(
        '# Before a stop a worker redirects each request to here (X-Accel-Redirect): its response closes the client’s connection.',
        block(
          'location @closing',
          lines(
            'keepalive_timeout 0;',
            '# The connection to the worker ends with its response, too: by that it knows the second request.',
            'set $upstream_connection close;',
            // As any other request: for a page that the app does not know, a single-page app's index.html.
            context.folders.length > 0 ? `try_files /.never-a-file ${appLocationOf(context)};` : passToApp(),
          ),
        ),
      ),
  };
}
