// Maintenance: while a file exists (`cluster maintenance on`), every request gets 503, except health checks. The file survives
// reloads of nginx and of workers. nginx looks at it once a second (open_file_cache) and compares nothing else.
import { run } from '../../paths.ts';
import { block, lines, volatileMap } from './layout.ts';
import type { Topic } from './topic.ts';

/** `on`: to be refused; `told`: the page that says so is on its way. Not set where there is no maintenance. */
export const maintenanceVariable = '$maintenance';

/** @returns a map's entries for all of a request in maintenance */
export function duringMaintenance(value: string): (readonly [string, string])[] {
  return [
    ['on', value],
    ['told', value],
  ];
}

/** What clients are told to wait (Retry-After). */
export const maintenanceSeconds = 300;

export function maintenance(): Topic {
  return {
    http: lines(
      '# Maintenance (`cluster maintenance on`): a request is refused once, and not again for the page that says so.',
      volatileMap('$status', '$maintenance_of_request', [
        ['default', 'told'],
        ['000', 'on'],
      ]),
      'uninitialized_variable_warn off;',
    ),
    server: lines(
      block(`if (-f ${run.maintenance})`, `set ${maintenanceVariable} $maintenance_of_request;`),
      block(`if (${maintenanceVariable} = on)`, 'return 503;'),
    ),
  };
}
