// Maintenance: nginx refuses requests while a file exists (nginx/config/maintenance.ts).
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errors } from '../errors.ts';
import { log } from '../log.ts';
import { hasOwnNginxConfiguration } from '../nginx/snippets.ts';
import { run } from '../paths.ts';
import type { Order } from './admin/control.ts';

/** Each worker of nginx looks at the file once a second: when the command has ended, none is behind. */
const cachedMs = 1500;

export function isInMaintenance(): boolean {
  return existsSync(run.maintenance);
}

/** @param hasNginx without it, nobody looks at the file */
export function maintenanceOrder(hasNginx: boolean): Order {
  return async (parameters) => {
    if (!hasNginx) throw errors.maintenanceNeedsNginx();
    const state = parameters.get('state') ?? '';
    if (state === 'on') writeFileSync(run.maintenance, '');
    else if (state === 'off') rmSync(run.maintenance, { force: true });
    else if (state !== '') throw errors.notAMaintenanceState(state);
    const text = isInMaintenance() ? 'maintenance is on: all requests but health checks get 503' : 'maintenance is off';
    if (state !== '') {
      log(text);
      await sleep(cachedMs);
    }
    if (!hasOwnNginxConfiguration()) return text;
    return `${text}. Your own nginx.conf decides what that means: it can test \`if (-f ${run.maintenance})\``;
  };
}
