// `cluster maintenance on`: nginx refuses requests with 503, until `cluster maintenance off`.
import type { Command } from './command.ts';
import { sendToPrimary } from './control-client.ts';

export const maintenanceCommand: Command = {
  help: 'on: all requests but health checks get 503 with Retry-After; off: ends it',
  run: ([state = '']) => sendToPrimary(`/maintenance?state=${encodeURIComponent(state)}`),
};
