// When a client that was refused may come again.
import type { NginxContext } from './context.ts';
import { lines, map } from './layout.ts';
import { duringMaintenance, maintenanceSeconds, maintenanceVariable } from './maintenance-mode.ts';
import { retryAfterSeconds } from './rate-limits.ts';
import type { Topic } from './topic.ts';

export function retryAfter({ settings }: NginxContext): Topic {
  return {
    http: lines(
      '# Only where nginx itself has refused the request: what the app says stays as it is.',
      map('"$status $upstream_status"', '$retry_after', [
        ['default', '$upstream_http_retry_after'],
        ['429 ', String(retryAfterSeconds(settings.rateLimit))],
        ['503 ', '$retry_after_maintenance'],
      ]),
      map(maintenanceVariable, '$retry_after_maintenance', [
        ['default', '""'],
        ...duringMaintenance(String(maintenanceSeconds)),
      ]),
    ),
    // Evaluated for these codes only.
    server: 'more_set_headers -s "429 503" "Retry-After: $retry_after";',
  };
}
