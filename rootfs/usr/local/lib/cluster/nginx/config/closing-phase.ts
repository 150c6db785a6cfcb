// The end of the server: a stop that cuts no client's connection while it is in use.
import type { NginxContext } from './context.ts';
import type { Header } from './headers.ts';
import { block, lines } from './layout.ts';
import type { Topic } from './topic.ts';

export function closingPhase(_context: NginxContext): Topic {
  return {
    locations: ({ passToApp, requestHeaders }) =>
      lines(
        '# Before a stop a worker redirects each request to here (X-Accel-Redirect): its response closes the client’s connection.',
        block('location @closing', lines('keepalive_timeout 0;', passToApp(requestHeaders.flatMap(withoutUpgrade)))),
      ),
  };
}

/** The connection to the worker ends with its response. */
function withoutUpgrade(header: Header): Header[] {
  const [name] = header;
  if (name === 'Upgrade') return [];
  return name === 'Connection' ? [[name, 'close']] : [header];
}
