// `cluster restart TYPE`: the order to the primary.
import { counted } from '../log.ts';
import { planProcessStop } from '../machine/plan.ts';
import { restartProcesses } from '../processes/process-orders.ts';
import type { Settings } from '../settings/read.ts';
import type { Order } from './admin/control.ts';

/** @returns an order that restarts the processes of `type`, one after the other */
export function restartOrder(settings: Settings): Order {
  return async (parameters, tell) => {
    const count = await restartProcesses(parameters.get('type') ?? '', planProcessStop(settings), tell);
    return `${counted(count, 'process', 'processes')} restarted`;
  };
}
